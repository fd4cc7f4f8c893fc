/** The field's words as this program uses them. */
export const glossary: readonly (readonly [string, string])[] = [
  ["action", "What the policy commands in a control step: −1 to 1 for every actuator."],
  ["candidate", "One reward function of a search and its fate; 2.5 is the fifth of iteration 2."],
  [
    "checkpoint",
    "A stored state of a training: policy, observation statistics, optimizer, random streams.",
  ],
  [
    "control step",
    "The policy acts once; the physics does one or several steps of its own within it.",
  ],
  ["episode", "From a reset to a fall or to the time limit."],
  [
    "fitness",
    "The task's own measure of success, written by a person; rewards are ranked by it and never see it.",
  ],
  [
    "iteration",
    "One round of a search: candidates are asked for, checked, trained, and reflected on.",
  ],
  ["nominal", "The value of a world parameter in the robot's file, without randomization."],
  ["observation", "What the policy sees: what the real robot could measure, with noise and delay."],
  ["real-time factor", "Simulated seconds per second on the wall."],
  ["reflection", "The table of term statistics that the next prompt tells the designer."],
  ["remainder", "What a reward's total holds beside the sum of its terms."],
  ["return", "The reward summed over an episode."],
  [
    "reward hacking",
    "High reward with low fitness: the reward pays for something else than the task.",
  ],
  ["reward term", "A named part of the reward; bars show its weighted value per control step."],
  ["seed", "One integer that fixes everything random in a training."],
  ["trained range", "What training drew a world parameter from; shaded on the sliders."],
];
