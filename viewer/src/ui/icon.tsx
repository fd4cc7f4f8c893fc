/** The page's own line icons, 24 × 24, drawn in the text's colour. */
const paths = {
  runs: "M4 6h16M4 12h16M4 18h10",
  live: "M4.9 19.1a10 10 0 0 1 0-14.2M7.8 16.2a6 6 0 0 1 0-8.4M16.2 7.8a6 6 0 0 1 0 8.4M19.1 4.9a10 10 0 0 1 0 14.2M12 12h.01",
  replay: "M3 12a9 9 0 1 0 3-6.7M3 4v4h4M10.5 9v6l5-3z",
  compare: "M4 5h6.5v14H4zM13.5 5H20v14h-6.5z",
  lab: "M9 3h6M10 3v6l-5.5 9.5A1.7 1.7 0 0 0 6 21h12a1.7 1.7 0 0 0 1.5-2.5L14 9V3M7.5 15h9",
  help: "M9.2 9a3 3 0 1 1 4.3 2.7c-1 .5-1.5 1.1-1.5 2.3M12 17.5h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  play: "M7 5l12 7-12 7z",
  pause: "M8 5v14M16 5v14",
  step: "M6 5l8 7-8 7zM18 5v14",
  stepBack: "M18 5l-8 7 8 7zM6 5v14",
  reset: "M4 12a8 8 0 1 0 2.3-5.7M4 4v4h4",
  follow: "M12 3v3M12 18v3M3 12h3M18 12h3M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8z",
  layers: "M12 3l9 5-9 5-9-5zM3 13l9 5 9-5",
  camera: "M4 8h3l2-3h6l2 3h3v11H4zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
  record: "M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10z",
  push: "M3 12h12M11 8l4 4-4 4M19 5v14",
  stick: "M12 14v-8M12 6a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM5 15h14v5H5z",
  sun: "M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5",
  share: "M12 15V3M8 7l4-4 4 4M5 12v8h14v-8",
  download: "M12 3v12M8 11l4 4 4-4M5 20h14",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.5l5 5 9-11",
  warning: "M12 4l9 16H3zM12 10v4M12 17h.01",
  chevronRight: "M9 5l7 7-7 7",
  chevronDown: "M5 9l7 7 7-7",
  code: "M8 7l-5 5 5 5M16 7l5 5-5 5",
  robot:
    "M6 9h12v9H6zM12 9V5M12 5a1 1 0 1 0 0-2 1 1 0 0 0 0 2zM9.5 13h.01M14.5 13h.01M3 12v3M21 12v3",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  plus: "M12 5v14M5 12h14",
  note: "M5 4h14v12l-4 4H5zM9 9h6M9 13h4",
  stop: "M7 7h10v10H7z",
  fork: "M7 4v16M7 12h6a4 4 0 0 0 4-4V4",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.7"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
