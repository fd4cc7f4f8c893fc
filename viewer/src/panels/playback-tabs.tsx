/** The tabs of every roll-out that is played back, from a recording or in a shared page. */
import { EnvironmentsPanel, type EnvironmentsPanelProps } from "./environments-panel.js";
import { RewardsPanel, type RewardsPanelProps } from "./rewards-panel.js";
import type { Tab } from "./side-panel.js";
import { StatePanel } from "./state-panel.js";

export function playbackTabs(props: RewardsPanelProps & EnvironmentsPanelProps): Tab[] {
  const { player, model, focusEnv, terms, onFocus } = props;
  return [
    {
      id: "rewards",
      title: "Rewards",
      content: () => <RewardsPanel player={player} focusEnv={focusEnv} terms={terms} />,
    },
    {
      id: "state",
      title: "State",
      content: () => <StatePanel player={player} model={model} focusEnv={focusEnv} />,
    },
    {
      id: "environments",
      title: "Environments",
      content: () => (
        <EnvironmentsPanel player={player} model={model} focusEnv={focusEnv} onFocus={onFocus} />
      ),
    },
  ];
}
