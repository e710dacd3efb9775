/** What files that are no TFLite models are, by their first bytes, and what to do with them. */
interface FileKind {
  /** Completes "it is …". */
  readonly what: string;
  readonly advice: string;
  readonly is: (head: Uint8Array, text: string) => boolean;
}

const CONVERT = 'convert it to .tflite with full integer quantisation';

const starts =
  (...bytes: readonly number[]) =>
  (head: Uint8Array): boolean =>
    bytes.every((byte, i) => head[i] === byte);

const says =
  (pattern: RegExp) =>
  (_: Uint8Array, text: string): boolean =>
    pattern.test(text);

/** `text` is the head, a character per byte; the first row that fits counts. */
const KINDS: readonly FileKind[] = [
  {
    what: 'a Git LFS pointer, not the file itself',
    advice: 'fetch the file with "git lfs pull"',
    is: says(/^version https?:\/\/[\w.]*git-(lfs|media)/),
  },
  {
    what: 'a PyTorch checkpoint',
    advice: 'convert the network to .tflite with full integer quantisation',
    is: says(/^PK\x03\x04[\s\S]{26}[^\0]*\/(data\.pkl|byteorder|version|\.format_version)/),
  },
  {
    what: 'a Keras model (.keras)',
    advice: CONVERT,
    is: says(/^PK\x03\x04[\s\S]{26}(metadata|config)\.json/),
  },
  {
    what: 'a ZIP archive',
    advice: 'unpack it and pass the .tflite file in it',
    is: says(/^PK(\x03\x04|\x05\x06)/),
  },
  { what: 'an HDF5 file, such as a Keras model (.h5)', advice: CONVERT, is: says(/^\x89HDF\r\n\x1a\n/) },
  { what: 'compressed with gzip', advice: 'unpack it first', is: starts(0x1f, 0x8b) },
  { what: 'compressed with xz', advice: 'unpack it first', is: says(/^\xfd7zXZ\0/) },
  { what: 'compressed with zstd', advice: 'unpack it first', is: starts(0x28, 0xb5, 0x2f, 0xfd) },
  { what: 'compressed with bzip2', advice: 'unpack it first', is: says(/^BZh[1-9]1AY/) },
  {
    what: 'a 7-Zip archive',
    advice: 'unpack it and pass the .tflite file in it',
    is: says(/^7z\xbc\xaf\x27\x1c/),
  },
  {
    what: 'a tar archive',
    advice: 'unpack it and pass the .tflite file in it',
    is: says(/^[\s\S]{257}ustar/),
  },
  { what: 'an ExecuTorch program', advice: 'pass the network as .tflite', is: says(/^[\s\S]{4}ET\d\d/) },
  {
    what: 'a TFLite model with its size in front',
    advice: 'remove the first 4 bytes',
    is: says(/^[\s\S]{8}TFL3/),
  },
  { what: 'a pickled Python object', advice: CONVERT, is: says(/^\x80[\x02-\x05][\s\S]*[.}]/) },
  { what: 'a NumPy array', advice: 'pass the network as .tflite', is: says(/^\x93NUMPY/) },
  { what: 'a GGUF file', advice: 'pass the network as .tflite', is: says(/^GGUF/) },
  { what: 'a SafeTensors file', advice: CONVERT, is: says(/^[\s\S]{6}\0\0\{\s*"/) },
  { what: 'an ELF program or library', advice: 'pass the network as .tflite', is: says(/^\x7fELF/) },
  {
    what: 'a picture',
    advice: 'pass the network as .tflite',
    is: says(/^(\x89PNG|\xff\xd8\xff|GIF8|RIFF[\s\S]{4}WEBP)/),
  },
  { what: 'a PDF document', advice: 'pass the network as .tflite', is: says(/^%PDF-/) },
  {
    what: 'a web page',
    advice: 'download the file itself (on GitHub, "Download raw file")',
    is: says(/^(\xef\xbb\xbf)?\s*<(!doctype html|html|\?xml|svg)/i),
  },
  {
    what: 'C source code with the model as an array',
    advice: 'turn the array back into a file, for example with "xxd -r"',
    is: says(/^[\t\n\r -~]*\b(unsigned char|uint8_t|#include|alignas)\b/),
  },
  {
    what: 'a SavedModel or a TensorFlow graph (.pb)',
    advice: CONVERT,
    is: says(/^(\x08\x01\x12[\s\S]{1,4}\x0a|\x0a[\s\S]{1,3}\x0a[\x01-\x7f][\w/.^-]+\x12)/),
  },
  {
    what: 'an ONNX model',
    advice: CONVERT,
    is: says(/^\x08[\x01-\x14](\x12[\x00-\x7f][\w .+-]*(\x1a|\x22|\x2a|\x3a|B)|\x3a|B)/),
  },
  { what: 'JSON text', advice: 'pass the network as .tflite', is: says(/^\s*[{[][\s"{[\]}\d-]/) },
  {
    what: 'text',
    advice: 'pass the network as .tflite',
    is: says(/^[\t\n\r -~]{16,}$/),
  },
];

/** Characters of the head that are looked at. */
const LOOKED_AT = 512;

/** What a file that has not the identifier of TFLite is, and what to do; undefined where that is not known. */
export function recognise(head: Uint8Array): { readonly what: string; readonly advice: string } | undefined {
  const text = String.fromCharCode(...head.subarray(0, LOOKED_AT));
  return KINDS.find(({ is }) => is(head, text));
}
