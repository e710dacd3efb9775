import type { CommandEntry } from './command-entry.js';

/** The subcommands, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'estimate',
    summary: 'estimate one model on one or more accelerators',
    load: async () => (await import('./estimate.js')).estimateCommand(),
  },
  {
    name: 'sweep',
    summary: 'evaluate variants of models on accelerators and rank them',
    load: async () => (await import('./sweep.js')).sweepCommand(),
  },
  {
    name: 'pick',
    summary: 'choose one design, write its .tflite and say why',
    load: async () => (await import('./pick.js')).pickCommand(),
  },
  {
    name: 'report',
    summary: 'one HTML page that shows the designs of a search',
    load: async () => (await import('./report.js')).reportCommand(),
  },
  {
    name: 'apply',
    summary: 'write the .tflite of a given design',
    load: async () => (await import('./apply.js')).applyCommand(),
  },
  {
    name: 'explain',
    summary: 'where the cycles of each layer go, and which change would help',
    load: async () => (await import('./explain.js')).explainCommand(),
  },
  {
    name: 'compare',
    summary: 'two models side by side, with the reason for each difference',
    load: async () => (await import('./compare.js')).compareCommand(),
  },
  {
    name: 'cliffs',
    summary: 'what the network costs by its numbers of channels, and where the steps are',
    load: async () => (await import('./cliffs.js')).cliffsCommand(),
  },
  {
    name: 'check',
    summary: 'hold a network against a budget, for builds that fail when it takes more',
    load: async () => (await import('./check.js')).checkCommand(),
  },
  {
    name: 'measure',
    summary: 'accuracy on samples, and how far a changed network is from the original',
    load: async () => (await import('./measure.js')).measureCommand(),
  },
  {
    name: 'calibrate',
    summary: 'fit the FVP-like cycles to your own measurements',
    load: async () => (await import('./calibrate.js')).calibrateCommand(),
  },
  {
    name: 'verify',
    summary: 'compare the figures with those of your own Vela',
    load: async () => (await import('./verify.js')).verifyCommand(),
  },
  {
    name: 'worker',
    summary: 'evaluate designs for a search of another process',
    load: async () => (await import('./worker.js')).workerCommand(),
  },
  {
    name: 'queue',
    summary: 'show or empty the queues of searches in a Redis',
    load: async () => (await import('./queue.js')).queueCommand(),
  },
  {
    name: 'completion',
    summary: 'a script that lets bash, zsh or fish complete commands and options',
    load: async () => (await import('./completion.js')).completionCommand(COMMANDS),
  },
];
