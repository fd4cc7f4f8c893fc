/** Import layers: a folder may import itself and what stands before it in this list. */
const layers = [
  "core",
  "stream",
  "events",
  "robot",
  "sim",
  "task",
  "reward",
  "policy",
  "rl",
  "run",
  "llm",
  "design",
  "deploy",
  "transfer",
  "view",
  "cli",
];

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    ...layers.slice(0, -1).map((layer, i) => ({
      name: `layer-${layer}`,
      severity: "error",
      from: { path: `^src/${layer}/` },
      to: { path: `^src/(${layers.slice(i + 1).join("|")})/` },
    })),
    {
      name: "node-only-in-leaves",
      comment: "what the browser will use stays free of Node and native parts",
      severity: "error",
      from: {
        path: "^src/(core|stream|events|robot|sim|task|reward|policy)/",
        pathNot: "/(node|rapier|mujoco)/",
      },
      to: { path: "/(node|mujoco)/|^(node:|onnxruntime-node|typescript|esbuild|@mujoco)" },
    },
    {
      name: "page-reaches-no-node",
      comment: "nothing the page imports, however far down, needs Node or a native part",
      severity: "error",
      from: { path: "^viewer/src/" },
      to: {
        path: "^(node:|fs$|path$|crypto$|worker_threads$)|node_modules/(onnxruntime-node|typescript|esbuild|@mujoco|ws)/|/(node|mujoco)/",
        pathNot: "^node_modules/(?!onnxruntime-node|typescript|esbuild|@mujoco|ws/)",
        reachable: true,
      },
    },
    {
      name: "source-knows-no-page",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^viewer/" },
    },
    {
      name: "entry-is-public",
      severity: "error",
      from: { path: "^src/(?!index)" },
      to: { path: "^src/index" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: [".ts", ".js"] },
  },
};
