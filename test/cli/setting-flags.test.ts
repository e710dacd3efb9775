import { expect, test } from 'vitest';
import { inputError, usageError } from '../../src/errors.js';
import { messageWithFlags } from '../../src/cli/setting-flags.js';

test('the command line names the options that an error is about', () => {
  expect(messageWithFlags(usageError('the mode is odd', 'memoryMode'))).toBe(
    'the mode is odd (--memory-mode)',
  );
  expect(messageWithFlags(inputError('no', undefined, 'memoryMode', 'systemConfig'))).toBe(
    'no (--memory-mode, --system-config)',
  );
  expect(messageWithFlags(usageError('no'))).toBe('no');
});

test('the longest message keeps its options and stays one line of less than 300 characters', () => {
  const line = messageWithFlags(inputError(`${'x'.repeat(400)} cannot be read`, undefined, 'configFiles'));
  expect(line.length).toBeLessThan(300);
  expect(line).toMatch(/ \(--config\)$/);
});
