// Drover as a library: what the command line and the scripts call. One object per configuration and world.

import { answerControl, type ControlAnswer, parseFix, type ReportFormat, reportFormats } from '../../hardening/index.ts'
import {
  type AdvanceOutcome,
  advance,
  answerApproval,
  type ConductorContext,
  type HoldOrder,
  liftHold,
  needRelease,
  noteOf,
  openRelease,
  openUndo,
  orderByHand,
  placeHold,
  planOf,
  remindOfUndone,
  type Status,
  statusOf,
  type UndoWish,
  undoPlanOf,
  unsettledReleases,
  updatesLost,
} from '../conductor/index.ts'
import { type Config, type Family, kubernetesSupport } from '../config/index.ts'
import { ProblemError } from '../kernel/index.ts'
import { formatHead, type KnownHead } from '../ledger/index.ts'
import { planCopies } from '../promote/index.ts'
import {
  type BakingLane,
  type Decision,
  describeCalendar,
  describeScope,
  drillOverdueMs,
  estimatesFrom,
  historyOf,
  holdOn,
  inputFor,
  type LedgerEvent,
  lastDrillOf,
  leversOf,
  machinesByGroup,
  ordersOf,
  type ProjectionInput,
  project,
  type Release,
  releasesOf,
  type UndoPlan,
} from '../release/index.ts'
import {
  applyRetiring,
  noteGone,
  type Orphans,
  planRetiring,
  type Retired,
  type RetirePlan,
  sweepOrphans,
} from '../retire/index.ts'
import { checkKeys } from '../rights/index.ts'
import { countMachines, type Fleet, knownImages, placedIn, planStages, readFleet } from '../roll/index.ts'
import type { AccountPlan } from './account-plan.ts'
import { type Advanced, advanceAll } from './advance-all.ts'
import { ageLimitsOf } from './age-limits.ts'
import type { FamilyDrill } from './drill-view.ts'
import { type FoundReport, findReport, type ReportShelf } from './find-report.ts'
import { checkScope } from './hold-scope.ts'
import type { Hour } from './hour.ts'
import { type MigrateOutcome, type MigrateWish, migrate } from './migration.ts'
import { type OpenedReport, openAll, openHistory, openReport } from './open-reports.ts'
import { everyPlaceOf, ownerPlacesOf, placesOf } from './places.ts'
import { describeDecision } from './plan.ts'
import { needRehearsable } from './rehearsable.ts'
import { outlookOf, type RenewalOutlook, renew } from './renewals.ts'
import { type RestoreOutcome, type RevokeOutcome, type RevokeWish, restore, revoke } from './revocation.ts'
import { siteReleases } from './site-releases.ts'
import { type DroverOptions, type Wired, wire } from './wiring.ts'

export interface ReleaseWish {
  readonly family: string
  readonly lane: BakingLane
  /** Required in the emergency lane. */
  readonly reason?: string | undefined
  /** `CVE-2026-12345` or `openssl>=3.5.2-1`: the verdict proves each on the image. Throws ProblemError for anything else. */
  readonly fixes?: readonly string[]
  /** Wait through soaks and approvals. */
  readonly watch?: boolean
}

export interface Plan {
  readonly release: string | undefined
  readonly decision: Decision | undefined
  readonly lines: readonly string[]
}

export interface Drover {
  readonly config: Config
  readonly families: readonly string[]
  /** Opens a release, or takes up the open one of the family and lane, and advances it. Throws ProblemError for the user's faults. */
  release(wish: ReleaseWish): Promise<AdvanceOutcome>
  /**
   * Walks the family's emergency lane in the first stage, or takes up the open drill; `undo` then takes that stage back to what is in
   * production. Throws ProblemError beside any other open release of the family.
   */
  drill(wish: { readonly family: string; readonly undo?: boolean }): Promise<AdvanceOutcome>
  /** Takes groups back to an earlier release. Throws ProblemError when there is nothing to go back to. */
  undo(wish: Omit<UndoWish, 'rehearsal'> & { readonly watch?: boolean }): Promise<AdvanceOutcome>
  /** What that would do, and do nothing. */
  planOfUndo(wish: Pick<UndoWish, 'scope' | 'to'>): Promise<UndoPlan>
  /**
   * Replaces machines of the family that are older than they may be, on the image they run, or takes up the renewal that is open;
   * undefined when there is nothing to do, or another release of the family goes first.
   */
  renew(wish: { readonly family: string; readonly watch?: boolean }): Promise<AdvanceOutcome | undefined>
  /** What that would do, and do nothing. */
  planOfRenewal(family: string): Promise<RenewalOutlook>
  /**
   * What the clock asks for: people are told again of groups that were taken back, and every family that needs a renewal and is free for it
   * gets one; what keeps one from being opened is told.
   */
  openDueRenewals(): Promise<void>
  /** Groups tagged by-hand that this release may roll: `region/name`. Throws ProblemError for one that waits for no word. */
  orderByHand(release: string, groups: readonly string[]): Promise<void>
  advance(options: { readonly release: string; readonly watch?: boolean }): Promise<AdvanceOutcome>
  /**
   * Every open release as far as it can go now, side by side (one after the other in a rehearsal that skips soaks); until all are over
   * it looks again every few minutes for more to do. What one throws stands in its place. `tell`: each as it ends.
   */
  advanceAll(options: { readonly watch?: boolean; tell?(one: Advanced): void }): Promise<readonly Advanced[]>
  /** IDs, oldest first. */
  openReleases(): Promise<readonly string[]>
  planOfRelease(release: string): Promise<Plan>
  planOfFamily(family: string, lane: BakingLane): Promise<Plan>
  /** What a release of the family would meet in the accounts as they are. Throws ProblemError for a family that isn't there. */
  planOfAccounts(family: string, lane: BakingLane): Promise<{ readonly plan: AccountPlan; readonly now: number }>
  /** When the family's open emergency release will be in production, or one that was opened now. */
  projectionOf(family: string): Promise<Hour>
  status(): Promise<Status>
  /** Of every family of the configuration: its last drill, and since when one is overdue. */
  drills(): Promise<readonly FamilyDrill[]>
  /** Every machine of the stages' and the images' accounts, in every region a group runs in. */
  fleet(): Promise<Fleet>
  /** What becomes of each image by policy; `retired` only when it was applied. Throws ProblemError for a family that isn't there. */
  retire(wish: {
    readonly family: string | undefined
    readonly apply: boolean
  }): Promise<{ readonly plan: RetirePlan; readonly retired: Retired | undefined }>
  /** What bakes that are over have left; `failures`: what could not be asked or removed, a sentence each. */
  orphans(apply: boolean): Promise<{ readonly orphans: Orphans; readonly failures: readonly string[] }>
  answer(answer: {
    readonly releaseId: string
    readonly stage: string
    readonly granted: boolean
    readonly reason: string
    /** Whoever said so elsewhere; left out, this runner. */
    readonly by?: string
  }): Promise<LedgerEvent>
  /** Nothing new begins in the scope until it is lifted. Throws ProblemError for a scope that the configuration doesn't have. */
  hold(order: Omit<HoldOrder, 'by'>): Promise<LedgerEvent>
  resume(order: Omit<HoldOrder, 'by'>): Promise<LedgerEvent>
  /** Refuses the release everywhere and rolls it off what runs it. Throws ProblemError for what can't be revoked. */
  revoke(wish: RevokeWish): Promise<RevokeOutcome>
  /** Throws ProblemError when it is not revoked. */
  restore(wish: { readonly release: string; readonly reason: string }): Promise<RestoreOutcome>
  /** Takes a group off its launch configuration, or says what that would come to. Throws ProblemError for a group that isn't there. */
  migrate(wish: MigrateWish): Promise<MigrateOutcome>
  /** `given`: heads known from elsewhere, beside those that images carry. */
  verifyLedger(given: readonly KnownHead[]): ReturnType<Wired['verifyLedger']>
  ledgerProtection(): ReturnType<Wired['ledgerProtection']>
  /** `42:3f9c…`, to be kept somewhere else; undefined while the ledger is empty. */
  ledgerHead(): Promise<string | undefined>
  report(release: string | undefined): Promise<FoundReport>
  /** The whole report of one image; the newest release and its first image by default. */
  openReport(release: string | undefined, architecture: string | undefined): Promise<OpenedReport>
  /** Every report of a release, each to be had in any format; none before it is verified. */
  renderReports(release: string): Promise<readonly { readonly architecture: string; render(format: ReportFormat): string }[]>
  /** What the security team's site is made of; `unread`: reports that are not part of it, and why. */
  siteReleases(): ReturnType<typeof siteReleases>
  /** One control, with its history over the family's releases; `unread`: reports that could not be part of it, and why. */
  answerControl(
    release: string | undefined,
    architecture: string | undefined,
    control: string,
  ): Promise<{ readonly answer: ControlAnswer; readonly unread: readonly string[] }>
}

/** Reads the configuration and connects every port. Throws ProblemError with every problem of the configuration. */
export async function openDrover(options: DroverOptions): Promise<Drover> {
  return droverOver(await wire(options))
}

export function droverOver(wired: Wired): Drover {
  const { context, config } = wired
  const facts = () => ({ runner: context.runner, wallNow: context.clock.wallNow() })
  const need = async (id: string): Promise<Release> => needRelease(releasesOf(await context.ledger.read()), id)
  const planOfRelease = async (id: string): Promise<Plan> => {
    await need(id)
    const decision = await planOf(context, id)
    return { release: id, decision, lines: describeDecision(decision).map((line) => `${id}: ${line}`) }
  }

  const advanceAs = async (id: string, watch: boolean, beside?: ReadonlySet<string>): Promise<AdvanceOutcome> => {
    const release = await need(id)
    if (!release.ending) wired.needToolsFor(release)
    const { runner, end } = await wired.runnerFor(id)
    try {
      return await advance({ ...context, runner }, id, { watch, ...(beside && { beside }) })
    } finally {
      await end()
      await context.notifier.settle()
    }
  }

  /** An emergency is not stopped by it, nor what has begun: a machine left half rolled is worse. */
  const mindProtection = async (unprotected: 'refuse' | 'warn'): Promise<void> => {
    const { problems, warnings, unasked } = await wired.ledgerProtection()
    if (unprotected === 'refuse' && problems.length > 0) throw new ProblemError(problems)
    for (const line of [...problems.map(({ message }) => message), ...warnings, ...unasked]) {
      context.onProgress({ kind: 'log', release: '', step: 'ledger', line })
    }
  }

  const mindLedger = async (): Promise<void> => {
    await mindProtection('warn')
    await wired.needWholeLedger()
  }

  /** An image for a Kubernetes that EKS no longer supports is refused only where the family says so; emergencies never are. */
  const mindSupport = (name: string, lane: BakingLane): void => {
    const node = config.families.find((family) => family.name === name)?.node
    const support = node && kubernetesSupport(node, context.clock.now())
    if (support === undefined) return
    if (support.ended && node?.afterSupport === 'refuse' && lane === 'weekly') {
      throw new ProblemError({
        code: 'refused',
        message: support.line,
        hint: `Move \`node.kubernetes\` of ${name} on, or write \`afterSupport: warn\`.`,
      })
    }
    context.onProgress({ kind: 'log', release: '', step: 'base', line: support.line })
  }

  const shelf = async (): Promise<ReportShelf> => ({
    ...context.evidence,
    directoryOf: context.evidenceDirectoryOf,
    releases: releasesOf(await context.ledger.read()),
  })

  const needFamily = (name: string): Family => {
    const family = config.families.find((one) => one.name === name)
    if (family) return family
    const hint = `it has ${config.families.map((one) => one.name).join(', ')}`
    throw new ProblemError({ code: 'not-found', message: `there is no family ${name} in ${config.file}`, hint })
  }

  /** A lane with a time to keep is projected by them, by every runner. */
  const machinesFor = async ({ family, lane }: ReleaseWish) => {
    const policy = config.families.find(({ name }) => name === family)?.policies[lane]
    return policy?.withinMs === undefined ? [] : countMachines(wired.cloud, policy)
  }

  const openFor = async (wish: ReleaseWish & { readonly drill?: boolean }): Promise<string> => {
    const fixes = (wish.fixes ?? []).map(needFix)
    if (wired.rehearsal) needRehearsable(config, wish.family)
    const { origin, problem } = await wired.readOrigin()
    if (problem && !wired.rehearsal) throw new ProblemError(problem)
    // Before it is opened: nobody could take it further here.
    wired.needToolsFor(notBuilt)
    await wired.needReach()
    await mindProtection(wish.lane === 'weekly' ? 'refuse' : 'warn')
    mindSupport(wish.family, wish.lane)
    await wired.needWholeLedger()
    const { release } = await openRelease(context, {
      family: wish.family,
      lane: wish.lane,
      drill: wish.drill ?? false,
      reason: wish.reason,
      fixes,
      config,
      origin,
      rehearsal: wired.rehearsal,
      machines: await machinesFor(wish),
      resolveBases: wired.resolveBases,
      needKeys: wired.needKeys,
    })
    return release.id
  }

  const openReleases = async (): Promise<readonly string[]> =>
    unsettledReleases(await context.ledger.read(), facts(), context.clock.now()).map(({ id }) => id)

  return {
    config,
    families: config.families.map(({ name }) => name),
    planOfRelease,
    async release(wish) {
      return advanceAs(await openFor(wish), wish.watch ?? false)
    },
    async drill({ family, undo }) {
      const drill = await advanceAs(await openFor({ family, lane: 'emergency', reason: 'drill', drill: true }), true)
      const stage = drill.release.policy.stages[0]?.name
      if (!undo || drill.kind !== 'done') return drill
      const back = { scope: { family, stage }, to: undefined, reason: `the drill ${drill.release.id} is over` }
      const { id } = await openUndo(context, { ...back, rehearsal: wired.rehearsal })
      const undone = await advanceAs(id, true)
      return undone.kind === 'done' ? drill : undone
    },
    async undo({ watch, ...wish }) {
      await mindLedger()
      const { id } = await openUndo(context, {
        ...wish,
        rehearsal: wired.rehearsal,
        compare: (plan) => updatesLost(context, plan),
      })
      return advanceAs(id, watch ?? false)
    },
    async planOfUndo(wish) {
      const plan = undoPlanOf(await context.ledger.read(), wish)
      return { ...plan, target: { ...plan.target, updates: await updatesLost(context, plan) } }
    },
    async renew({ family, watch }) {
      const named = needFamily(family)
      await mindProtection('warn')
      const open = releasesOf(await context.ledger.read()).find((one) => one.family === family && one.renews && !one.ending)
      const renewal = open ?? (await renew(wired, named, false))
      if (open) await wired.needWholeLedger()
      return renewal && advanceAs(renewal.id, watch ?? false)
    },
    planOfRenewal: (family) => outlookOf(wired, needFamily(family)),
    async openDueRenewals() {
      // Nobody has asked for either: what is open goes on all the same.
      const toldOf = (step: string) => (error: unknown) => {
        if (!(error instanceof ProblemError)) throw error
        context.onProgress({ kind: 'log', release: '', step, line: error.message })
        return undefined
      }
      const families = config.families.map(({ name }) => name)
      const reminding = remindOfUndone(context, { families, needWholeLedger: wired.needWholeLedger })
      if (await reminding.catch(toldOf('reminder'))) await context.notifier.settle()
      for (const family of config.families) await renew(wired, family, true).catch(toldOf('renewal'))
    },
    async orderByHand(release, groups) {
      await need(release)
      for (const group of groups) await orderByHand(context, release, group)
    },
    async advance({ release, watch }) {
      await mindLedger()
      return advanceAs(release, watch ?? false)
    },
    async advanceAll({ watch = false, tell = () => undefined }) {
      const { clock, signal } = context
      let minded = false
      return advanceAll({
        find: async () => {
          const open = await openReleases()
          if (open.length > 0 && !minded) await mindLedger()
          minded ||= open.length > 0
          return open
        },
        advance: (release, beside) => advanceAs(release, watch, beside),
        clock,
        signal,
        oneByOne: wired.rehearsal && watch,
        tell,
      })
    },
    openReleases,
    async planOfFamily(name, lane) {
      const open = await openOf(context, name, lane)
      if (open) return planOfRelease(open.id)
      const family = needFamily(name)
      const bases = await wired.resolveBases(family)
      const support = family.node && kubernetesSupport(family.node, context.clock.now())
      return {
        release: undefined,
        decision: undefined,
        lines: [
          `${name}: would open a new ${lane} release`,
          ...(support === undefined ? [] : [`${name}: ${support.line}`]),
          ...bases.map(
            (base) => `${name}: next: bake from ${base.name} (${base.imageId} of ${base.ownerAccount}, made ${base.createdAt})`,
          ),
        ],
      }
    },
    async planOfAccounts(name, lane) {
      const { policies, node } = needFamily(name)
      const policy = await placedIn(wired.cloud, policies[lane])
      const support = node && kubernetesSupport(node, context.clock.now())
      const { holds } = ordersOf(await context.ledger.read())
      const groups = await planStages(wired.cloud, policy)
      const copies = await planCopies(wired.cloud, name, policy)
      const keys = await checkKeys(wired.cloud, policy)
      const reach = await wired.reach()
      const planned = groups.map(({ key }) => key)
      const plan: AccountPlan = {
        family: name,
        lane,
        groups,
        keys,
        reach,
        copies: copies.ok ? copies.value : undefined,
        copiesUnread: copies.ok ? undefined : copies.message,
        holds: holds
          .filter((hold) => planned.some((key) => holdOn({ holds: [hold] }, name, key.stage, key)))
          .map((hold) => `${describeScope(hold.scope)} by ${hold.by}: ${hold.reason}`),
        calendar: policy.stages.flatMap((stage) => describeCalendar(stage, context.clock.now()) ?? []),
        ...(support === undefined ? {} : { support: support.line }),
      }
      return { plan, now: context.clock.wallNow() }
    },
    async projectionOf(name) {
      const { policies, bases } = needFamily(name)
      const releases = releasesOf(await context.ledger.read())
      const open = releases.find(
        ({ family, lane, drill, ending }) => family === name && lane === 'emergency' && !drill && !ending,
      )
      const now = context.clock.now()
      const policy = open ? policies.emergency : await placedIn(wired.cloud, policies.emergency)
      const input: ProjectionInput = open
        ? inputFor(open, releases, now)
        : {
            policy,
            architectures: bases.map(({ architecture }) => architecture),
            openedAt: now,
            now,
            estimates: estimatesFrom(
              releases.filter(({ family }) => family === name),
              'emergency',
            ),
            machines: machinesByGroup(await countMachines(wired.cloud, policy)),
          }
      return { family: name, release: open?.id, projection: project(input), levers: leversOf(input) }
    },
    async status() {
      return statusOf(await context.ledger.read(), facts(), context.clock.now())
    },
    async drills() {
      const releases = releasesOf(await context.ledger.read())
      const now = context.clock.now()
      return config.families.map(({ name }) => {
        const last = lastDrillOf(releases, name)
        const overdueMs = drillOverdueMs(releases, name, config.drillEveryMs, now)
        return { family: name, ...(last && { last: { ...last, agoMs: now - last.endedAt } }), overdueMs }
      })
    },
    async fleet() {
      const known = knownImages(historyOf(await context.ledger.read()))
      const { ownerTags } = config
      const limits = ageLimitsOf(config).byPlace
      return readFleet(wired.cloud, { places: placesOf(config), ownerTags, known, limits, now: context.clock.wallNow() })
    },
    async retire({ family, apply }) {
      if (family !== undefined) needFamily(family)
      await wired.needWholeLedger()
      const history = historyOf(await context.ledger.read())
      const places = everyPlaceOf(config)
      const owners = ownerPlacesOf(config)
      const now = context.clock.wallNow()
      const { retention, images } = config
      const { organisationArn } = images
      const whole = await planRetiring(wired.cloud, { history, places, owners, retention, organisationArn, now })
      const proposals = whole.proposals.filter((one) => family === undefined || one.family === family)
      const plan: RetirePlan = { ...whole, proposals }
      if (!apply) return { plan, retired: undefined }
      const retiring = { cloud: wired.cloud, record: await noteOf(context) }
      await noteGone(retiring, history, whole)
      return { plan, retired: await applyRetiring(retiring, { history, now }, proposals) }
    },
    async orphans(apply) {
      await wired.needWholeLedger()
      const events = await context.ledger.read()
      return sweepOrphans(wired.cloud, { places: ownerPlacesOf(config), events, now: context.clock.wallNow(), apply })
    },
    answer: (answer) => answerApproval(context, { by: context.runner, ...answer }),
    async hold(order) {
      checkScope(config, order.scope)
      return placeHold(context, { ...order, by: context.runner })
    },
    resume: (order) => liftHold(context, { ...order, by: context.runner }),
    async revoke(wish) {
      await wired.needWholeLedger()
      const { cloud, rehearsal } = wired
      const { leaveOut } = config.retention
      return revoke({ conductor: context, cloud, places: everyPlaceOf(config), leaveOut, rehearsal, advance: advanceAs }, wish)
    },
    async restore(wish) {
      await wired.needWholeLedger()
      return restore({ conductor: context, cloud: wired.cloud }, wish)
    },
    async migrate(wish) {
      if (wish.apply) await mindLedger()
      return migrate({ conductor: context, cloud: wired.cloud, config }, wish)
    },
    verifyLedger: (given) => wired.verifyLedger(given),
    ledgerProtection: () => wired.ledgerProtection(),
    async ledgerHead() {
      const head = (await context.ledger.read()).at(-1)
      return head && formatHead(head)
    },
    report: async (id) => findReport(await shelf(), id),
    openReport: async (id, architecture) => openReport(await shelf(), id, architecture),
    siteReleases: async () => siteReleases(await shelf()),
    async renderReports(id) {
      const opened = await openAll(await shelf(), id)
      return opened.map(({ architecture, report }) => ({ architecture, render: (format) => reportFormats[format](report) }))
    },
    async answerControl(id, architecture, control) {
      const on = await shelf()
      const opened = await openReport(on, id, architecture)
      const { reports, unread } = await openHistory(on, opened.report.subject.family, opened.architecture)
      const history = reports.map(({ report }) => report)
      const answered = answerControl(opened.report, control, history)
      if (!answered.ok) throw new ProblemError(answered.problem)
      return { answer: answered.answer, unread }
    },
  }
}

const notBuilt = { bake: { state: 'waiting' }, verify: { state: 'waiting' } } as const

function needFix(written: string): string {
  const fix = parseFix(written)
  if (fix) return fix.written
  throw new ProblemError({
    code: 'bad-argument',
    message: `${written} is nothing that can be proven on an image`,
    hint: "Write a vulnerability (CVE-2026-12345) or a package and its first good version ('openssl>=3.5.2-1').",
  })
}

async function openOf(context: ConductorContext, family: string, lane: BakingLane): Promise<Release | undefined> {
  const observer = { runner: context.runner, wallNow: context.clock.wallNow() }
  return unsettledReleases(await context.ledger.read(), observer, context.clock.now()).find(
    (release) => release.family === family && release.lane === lane && !release.drill,
  )
}
