/** Operators whose zero points may be any. */
export const ZERO_POINT_EXEMPT = [
  'AVERAGE_POOL_2D',
  'RESIZE_BILINEAR',
  'RESIZE_NEAREST_NEIGHBOR',
  'UNIDIRECTIONAL_SEQUENCE_LSTM',
];
