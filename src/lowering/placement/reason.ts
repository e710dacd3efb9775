const TENSOR = /^(.*) \(tensor "(.*)"\)$/s;

/** A reason for the CPU that is about one tensor. */
export const aboutTensor = (reason: string, tensor: string): string => `${reason} (tensor "${tensor}")`;

/** A reason without the tensor that it is about, so that equal reasons can be counted together. */
export const withoutTensor = (reason: string): string => TENSOR.exec(reason)?.[1] ?? reason;
