/**
 * Operators that a model may use: deterministic, without files or other models, with an output whose size we can bound.
 * Published in docs/sandbox.md. Left out on purpose: random numbers (two runs would differ), strings, sequences and
 * optionals, recurrent layers, detection heads, `Scan`, and everything of foreign domains.
 */
const GROUPS = {
  convolution: 'Conv ConvTranspose ConvInteger QLinearConv DeformConv',
  pooling: 'MaxPool AveragePool LpPool GlobalAveragePool GlobalMaxPool GlobalLpPool MaxUnpool',
  normalisation:
    'BatchNormalization InstanceNormalization LayerNormalization GroupNormalization RMSNormalization LpNormalization MeanVarianceNormalization LRN Dropout',
  activation:
    'Relu LeakyRelu PRelu Elu Celu Selu Gelu Mish Swish HardSigmoid HardSwish Sigmoid Softmax LogSoftmax Hardmax Softplus Softsign ThresholdedRelu Tanh Shrink Clip',
  arithmetic:
    'Add Sub Mul Div Pow Mod Neg Abs Sqrt Reciprocal Exp Log Floor Ceil Round Sign Erf Min Max Sum Mean Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh CumSum CumProd',
  comparison:
    'Equal Greater GreaterOrEqual Less LessOrEqual Not And Or Xor Where IsNaN IsInf BitwiseAnd BitwiseOr BitwiseXor BitwiseNot BitShift',
  reduction:
    'ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare ArgMax ArgMin TopK',
  matrices: 'MatMul Gemm Einsum MatMulInteger QLinearMatMul Attention Det',
  shape:
    'Shape Size Reshape Flatten Squeeze Unsqueeze Transpose Concat Split Slice Pad Expand Tile Resize Upsample DepthToSpace SpaceToDepth Identity Range ConstantOfShape Constant EyeLike Trilu ReverseSequence CenterCropPad',
  indexing: 'Gather GatherElements GatherND Scatter ScatterElements ScatterND NonZero OneHot Compress',
  sampling: 'GridSample AffineGrid',
  types: 'Cast CastLike QuantizeLinear DequantizeLinear DynamicQuantizeLinear',
  control: 'If Loop',
} as const;

export type OperatorGroup = keyof typeof GROUPS;

/** Operators by group, in the order in which they are published. */
export const OPERATOR_GROUPS: Readonly<Record<OperatorGroup, readonly string[]>> = Object.fromEntries(
  Object.entries(GROUPS).map(([group, names]) => [group, names.split(' ')]),
) as unknown as Record<OperatorGroup, readonly string[]>;

export const ALLOWED_OPERATORS: ReadonlySet<string> = new Set(Object.values(OPERATOR_GROUPS).flat());

/** Versions of the standard operator set: below 7 broadcasting meant something else; above 26 ONNX Runtime 1.30 loads nothing. */
export const OPSETS = { first: 7, last: 26 } as const;
/** Version of the file format that ONNX Runtime 1.30 reads. */
export const LAST_IR_VERSION = 13;

/** Why an operator is left out, for the message; empty when there is nothing more to say. */
export function reasonAgainst(op: string): string {
  if (/^(Random|Bernoulli|Multinomial)/.test(op)) return '; random numbers would make two runs differ';
  if (/^(String|Regex|TfIdf|ImageDecoder|LabelEncoder)/.test(op)) return '; networks on voxels need no strings';
  if (/^(Sequence|Optional|SplitToSequence|ConcatFromSequence)/.test(op))
    return '; sequences and optionals are not accepted';
  if (op === 'Scan') return '; export with a fixed number of steps instead';
  return '';
}
