export function ReplayPage() {
  return <section class="page" aria-label="Replay" />;
}
