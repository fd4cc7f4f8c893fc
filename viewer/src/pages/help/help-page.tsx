export function HelpPage() {
  return <section class="page" aria-label="Help" />;
}
