// Reads what a preflight judges.

import type { AlarmState, CloudAt, CloudOutcome, ImageParameter, MachineImage, TemplateVersionDetail } from '../ports/index.ts'
import type { GroupTarget, StagePolicy } from '../release/index.ts'
import type { PreflightFacts } from './check.ts'
import { groupNow, isPlain } from './group-now.ts'
import { ifThere } from './if-there.ts'
import { type Beside, readRoom } from './read-room.ts'

/** The key that a group's volumes have to carry; undefined where its stage leaves that to the image. */
export function volumeKeyOf({ kmsKeyIds }: StagePolicy, { region }: GroupTarget): string | undefined {
  return kmsKeyIds?.[region]
}

/** A thing that isn't there is a fact; a question that AWS didn't answer is a failure. */
export async function readFacts(
  at: CloudAt,
  target: GroupTarget & { readonly imageId: string | undefined; readonly volumeKey: string | undefined },
  beside: readonly Beside[] = [],
): Promise<CloudOutcome<PreflightFacts>> {
  const { name: groupName, parameter: parameterName, roll: policy, imageId } = target
  const found = await groupNow(at, target)
  if (!found.ok) return found
  const group = found.value
  const nothing = {
    group,
    template: undefined,
    refreshes: [],
    image: undefined,
    previousImage: undefined,
    alarms: [],
    hooks: [],
    subnets: [],
    vcpus: undefined,
  }
  if (group === undefined) return { ok: true, value: { groupName, imageId, ...nothing } }
  const source = group.launchSource
  const template =
    'templateId' in source
      ? await ifThere<TemplateVersionDetail>(at.describeTemplateVersion(source.templateId, source.version))
      : absent
  if (!template.ok) return template
  const volumeKeys = await readVolumeKeys(at, template.value, target.volumeKey)
  if (!volumeKeys.ok) return volumeKeys
  const image = imageId === undefined ? absent : await ifThere<MachineImage>(at.describeImage(imageId))
  if (!image.ok) return image
  const parameter = parameterName === undefined ? absent : await ifThere<ImageParameter>(at.imageParameter(parameterName))
  if (!parameter.ok) return parameter
  const previousId = parameterName === undefined ? template.value?.imageId : parameter.value?.value
  const previousImage = previousId?.startsWith('ami-') ? await ifThere<MachineImage>(at.describeImage(previousId)) : absent
  if (!previousImage.ok) return previousImage
  const refreshes = isPlain(target) ? await at.describeRefreshes(groupName) : none
  if (!refreshes.ok) return refreshes
  const alarms = await at.alarms(policy.alarms)
  if (!alarms.ok) return alarms
  const history = await readAlarmHistory(at, alarms.value)
  if (!history.ok) return history
  const hooks = isPlain(target) ? await at.lifecycleHooks(groupName) : none
  if (!hooks.ok) return hooks
  const room = await readRoom(at, group, target, beside)
  if (!room.ok) return room
  return {
    ok: true,
    value: {
      groupName,
      imageId,
      group,
      template: template.value,
      ...(volumeKeys.value === undefined ? {} : { volumeKeys: volumeKeys.value }),
      refreshes: refreshes.value,
      image: image.value,
      previousImage: previousImage.value,
      ...(parameter.value === undefined ? {} : { parameter: parameter.value }),
      alarms: alarms.value,
      ...(history.value === undefined ? {} : { alarmHistoryDenied: history.value }),
      hooks: hooks.value,
      ...room.value,
    },
  }
}

/** By their ARNs: one key goes by many names. Asked only of a stage that has keys of its own. */
async function readVolumeKeys(
  at: CloudAt,
  template: TemplateVersionDetail | undefined,
  wanted: string | undefined,
): Promise<CloudOutcome<PreflightFacts['volumeKeys'] | undefined>> {
  if (wanted === undefined || template === undefined) return { ok: true, value: undefined }
  const own = await at.describeKey(wanted)
  if (!own.ok) return own
  const arns = new Map([[wanted, own.value.arn]])
  for (const name of new Set(template.volumeKeys)) {
    if (name === undefined || arns.has(name)) continue
    const key = await at.describeKey(name)
    // Whose role may look at none but the stage's own keys has been told another's name.
    arns.set(name, key.ok ? key.value.arn : name)
  }
  const named = template.volumeKeys.map((name) => (name === undefined ? undefined : arns.get(name)))
  return { ok: true, value: { wanted: own.value.arn, named } }
}

/** What the soak will go by, asked before there is a machine to go back from. */
async function readAlarmHistory(at: CloudAt, alarms: readonly AlarmState[]): Promise<CloudOutcome<string | undefined>> {
  for (const { name } of alarms) {
    const asked = await at.alarmHistory(name)
    if (asked.ok) continue
    return asked.kind === 'denied' ? { ok: true, value: asked.message } : asked
  }
  return { ok: true, value: undefined }
}

const absent = { ok: true, value: undefined } as const
/** EKS's group has neither of drover's making, and Karpenter has no group. */
const none = { ok: true, value: [] } as const
