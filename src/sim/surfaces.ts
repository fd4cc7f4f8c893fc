/**
 * What contacts are like under an environment's parameters. Of two surfaces the larger coefficient
 * counts. Engines know one coefficient of a part, whatever it touches, and Rapier's environments
 * share the ground: so what the ground has is folded into the parts that move.
 */

/**
 * Friction coefficient of a moving part. `own` is what the robot file says of it against the ground;
 * NaN in a parameter leaves that.
 */
export function partFriction(own: number, part: number, ground: number): number {
  if (Number.isNaN(part)) return Number.isNaN(ground) ? own : ground;
  return Number.isNaN(ground) ? part : Math.max(part, ground);
}

/** A loose object's value; NaN: it goes with all that moves. */
export function objectValue(all: number, object: number): number {
  return Number.isNaN(object) ? all : object;
}
