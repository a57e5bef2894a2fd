// The rooms and which way imports go (docs/rooms.md): lower rank only, through the door, no cycles.

const rank = {
  kernel: 0,
  ports: 1,
  release: 2,
  aws: 2,
  system: 2,
  config: 3,
  ledger: 3,
  localcloud: 3,
  bake: 4,
  verify: 4,
  promote: 4,
  retire: 4,
  roll: 4,
  notify: 4,
  rights: 4,
  conductor: 5,
  proof: 5,
  rehearsal: 5,
  cli: 6,
}

const rooms = Object.keys(rank)
const inRoom = (names) => `^pipeline/(${names.join('|')})/`

const upward = rooms.map((room) => ({
  name: `${room}-imports-lower-rooms-only`,
  severity: 'error',
  from: { path: inRoom([room]) },
  to: { path: inRoom(rooms.filter((other) => other !== room && rank[other] >= rank[room])) },
}))

module.exports = {
  forbidden: [
    ...upward,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'rooms-have-one-door',
      comment: 'Another room is reached through its index.ts only.',
      severity: 'error',
      from: { path: '^(pipeline|scripts|hardening)/([^/]+)/' },
      to: { path: '^pipeline/([^/]+)/.+', pathNot: ['^pipeline/[^/]+/index\\.ts$', '^pipeline/$2/'] },
    },
    {
      name: 'hardening-has-one-door',
      severity: 'error',
      from: { path: '^(pipeline|scripts)/' },
      to: { path: '^hardening/', pathNot: '^hardening/index\\.ts$' },
    },
    {
      name: 'hardening-is-usable-alone',
      severity: 'error',
      from: { path: '^hardening/' },
      to: { path: '^pipeline/', pathNot: inRoom(['kernel', 'ports']) },
    },
    {
      name: 'scripts-are-never-imported',
      severity: 'error',
      from: { path: '^(pipeline|hardening)/' },
      to: { path: '^scripts/' },
    },
    {
      name: 'tests-are-never-imported',
      severity: 'error',
      from: { path: '^(pipeline|hardening|scripts)/' },
      to: { path: '^test/' },
    },
    {
      name: 'only-aws-uses-the-sdk-clients',
      comment: "The local cloud's wire reads the SDK's schemas; nothing else may know the SDK.",
      severity: 'error',
      from: { path: '^(pipeline|hardening)/', pathNot: ['^pipeline/aws/', '^pipeline/localcloud/'] },
      to: { path: '@aws-sdk/' },
    },
    {
      name: 'only-system-uses-execa-and-files',
      severity: 'error',
      from: { path: '^(pipeline|hardening)/', pathNot: ['^pipeline/system/', '^pipeline/localcloud/'] },
      to: { path: ['execa', '^(node:)?fs(/promises)?$', '^(node:)?child_process$'] },
    },
    {
      name: 'the-local-cloud-never-knows-the-pipeline',
      severity: 'error',
      from: { path: inRoom(['localcloud']) },
      to: { path: inRoom(rooms.filter((room) => !['kernel', 'ports', 'localcloud'].includes(room))) },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    moduleSystems: ['es6'],
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.cjs', '.mjs'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
}
