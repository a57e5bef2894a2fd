// Ways to harden one and the same root, side by side, each judged on a machine booted from what it left; and two ways to scan.

import { fileURLToPath } from 'node:url'
import { openTestCloud } from '../machines/local-machines.ts'
import { kitLayer, kitMachines, type TimedScan, timedScan } from '../machines/scanner-kit.ts'
import type { Bench, BenchRow } from './rows.ts'

const profileFile = fileURLToPath(new URL('../../hardening/profiles/debian-13-cis-level-1-server.yaml', import.meta.url))
/** The content's own profile, untailored: the judge of all ways. */
const cisProfile = 'xccdf_org.ssgproject.content_profile_cis_level1_server'

/** One way to harden; `script` runs as root in the kit's folder with scanner.sh sourced. */
interface Way {
  readonly name: string
  readonly script: string
}

interface Judged {
  readonly name: string
  readonly seconds: number
  readonly scan: TimedScan
}

export const hardeningBench: Bench = async (log) => {
  const cloud = await openTestCloud(`b${process.pid}`)
  try {
    const packages = await kitLayer(cloud, profileFile)
    const machines = kitMachines(cloud)
    const judged: Judged[] = []
    let scans: { readonly plain: number; readonly fast: number } | undefined
    for (const way of ways(packages)) {
      const hardened = await machines.boot(['base', 'kit'])
      await hardened.run('apt-get -qq update')
      const seconds = await timed(() => hardened.run(way.script))
      log(`${way.name}: hardened in ${seconds.toFixed(1)} s`)
      await machines.keep(hardened, layerOf(way))
      const fresh = await machines.boot(['base', 'kit', layerOf(way)])
      const scan = await timedScan(fresh, 'plain', cisProfile)
      log(`${way.name}: a machine booted from it scanned in ${scan.seconds.toFixed(1)} s: ${told(scan)}`)
      judged.push({ name: way.name, seconds, scan })
      scans ??= { plain: scan.seconds, fast: (await timedScan(fresh, 'fast', cisProfile)).seconds }
      await machines.destroy(hardened, fresh)
    }
    return { rows: rowsOf(judged, scans), notes: notesOf(judged) }
  } finally {
    await cloud.close()
  }
}

/** Packages in one transaction as the bake does it, then the same script the bake runs, its own evaluations included. */
function ways(packages: readonly string[]): readonly Way[] {
  const quiet = '> way.log 2>&1 < /dev/null'
  return [
    {
      name: 'ours',
      script: `SYSTEMD_OFFLINE=1 apt-get -qq install --yes --no-install-recommends -o Dpkg::Options::=--force-unsafe-io \
        ${packages.join(' ')} ${quiet}
        ./guest/remediate.sh`,
    },
    {
      // Its single fixes fail here and there, which it says and goes on; the scan afterwards tells what came of it.
      name: 'whole bash fix',
      script: `oscap xccdf generate fix --profile ${cisProfile} --fix-type bash --output whole-fix.sh content.xml
        bash whole-fix.sh ${quiet} || true`,
    },
    {
      name: 'oscap --remediate',
      script: `oscap xccdf eval --remediate --profile ${cisProfile} --results remediate.xml content.xml ${quiet} || test $? = 2`,
    },
  ]
}

function rowsOf(judged: readonly Judged[], scans: { plain: number; fast: number } | undefined): readonly BenchRow[] {
  const [ours, ...peers] = judged
  if (ours === undefined || scans === undefined) return []
  const met = (way: Judged) => countsOf(way.scan).get('pass') ?? 0
  const seconds = { unit: 's', better: 'less' } as const
  return [
    ...peers.flatMap((peer): BenchRow[] => [
      { row: 'harden', ...seconds, ours: ours.seconds, peer: peer.seconds, peerName: peer.name },
      { row: 'rules met', unit: 'rules', better: 'more', ours: met(ours), peer: met(peer), peerName: peer.name },
    ]),
    { row: 'scan', ...seconds, ours: scans.fast, peer: scans.plain, peerName: 'plain oscap, the scan that gates' },
  ]
}

function notesOf(judged: readonly Judged[]): readonly string[] {
  return [
    'on the booted machine:',
    ...judged.map(({ name, scan }) => `  ${name}: ${told(scan)}`),
    ...judged.slice(1).map((peer) => `  met by ${peer.name} and not by ours: ${onlyMetBy(peer, judged[0]) || 'none'}`),
    'The profile waives what contradicts itself or needs a machine of its own; its file has each reason.',
    'The fast scan is for development and drift; it leaves unanswered what it cannot see, and never gates.',
  ]
}

function onlyMetBy(peer: Judged, ours: Judged | undefined): string {
  const met = metBy(ours)
  return [...metBy(peer)]
    .filter((rule) => !met.has(rule))
    .map((rule) => rule.replace(/^.*_rule_/, ''))
    .join(', ')
}

function metBy(way: Judged | undefined): ReadonlySet<string> {
  return new Set(way?.scan.rules.filter(({ result }) => result === 'pass').map(({ rule }) => rule))
}

function told(scan: TimedScan): string {
  return [...countsOf(scan)].map(([result, count]) => `${count} ${result}`).join(', ')
}

function countsOf({ rules }: TimedScan): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { result } of rules) if (result !== 'notselected') counts.set(result, (counts.get(result) ?? 0) + 1)
  return counts
}

function layerOf({ name }: Way): string {
  return name.replaceAll(/[^a-z]+/g, '-')
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1_000
}
