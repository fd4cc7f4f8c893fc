/**
 * Left and right: a mirror image of a vector is a permutation of its numbers with signs, and the
 * image of the image is the vector. A policy that answers mirrored observations with mirrored actions
 * is the mean of f(s) and the mirrored f(mirrored s); a value that knows no side, of v(s) and
 * v(mirrored s). Both halves are computed as one batch of twice the rows.
 */
import { z } from "zod";
import type { OnnxGraph, Value } from "./onnx.js";

/** image[i] = sign[i] × vector[permutation[i]]. */
export const mirrorSchema = z.strictObject({
  permutation: z.array(z.int().min(0)),
  sign: z.array(z.union([z.literal(1), z.literal(-1)])),
});
export type Mirror = z.infer<typeof mirrorSchema>;

/** Mirrors of what a network reads and answers. */
export const symmetrySchema = z.strictObject({
  observation: mirrorSchema,
  /** Of the critic's own input; null where it reads the observation. */
  privilegedObservation: mirrorSchema.nullable(),
  action: mirrorSchema,
});
export type Symmetry = z.infer<typeof symmetrySchema>;

/** Rows `[batch][dim]`, then their images: `[2 batch][dim]`. */
export function withImages(graph: OnnxGraph, rows: Value, mirror: Mirror): Value {
  return graph.node("Concat", [rows, image(graph, rows, mirror)], { axis: 0 });
}

/** Mean of a network's answers to rows and, mirrored back, to their images. Values have no mirror. */
export function foldImages(graph: OnnxGraph, answers: Value, mirror: Mirror | null): Value {
  const [own, other] = graph.halves(answers);
  const back = mirror ? image(graph, other, mirror) : other;
  return graph.node("Mul", [graph.node("Add", [own, back]), graph.scalar(0.5)]);
}

/** Gradient of the answers from that of their fold: a mirror is its own transpose. */
export function unfoldGradient(graph: OnnxGraph, gradient: Value, mirror: Mirror | null): Value {
  const half = graph.node("Mul", [gradient, graph.scalar(0.5)]);
  const other = mirror ? image(graph, half, mirror) : half;
  return graph.node("Concat", [half, other], { axis: 0 });
}

/**
 * By a product with the mirror's matrix, which is exact: every number is one of the row's, all else
 * is zero. ONNX Runtime's Gather along columns takes several times as long.
 */
function image(graph: OnnxGraph, rows: Value, { permutation, sign }: Mirror): Value {
  const dim = permutation.length;
  const matrix = new Float32Array(dim * dim);
  for (let i = 0; i < dim; i++) matrix[permutation[i] * dim + i] = sign[i];
  return graph.node("MatMul", [rows, graph.constant(matrix, [dim, dim])]);
}

/** image = mirrored vector. */
export function mirrorVector(
  vector: ArrayLike<number>,
  { permutation, sign }: Mirror,
  out: { [index: number]: number },
): void {
  for (let i = 0; i < permutation.length; i++) out[i] = sign[i] * vector[permutation[i]];
}
