// Launch template versions: read, listed, and made from another with nothing but the image changed.

import {
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplateVersionsCommand,
  type DescribeLaunchTemplateVersionsCommandInput,
  type LaunchTemplateVersion,
  type ResponseLaunchTemplateData,
} from '@aws-sdk/client-ec2'
import { canonicalJson, type Json } from '../kernel/index.ts'
import type { Clock, CloudAt, TemplateVersionDetail } from '../ports/index.ts'
import { only, outcomeOf, resourceId, tagsOf, text, wholeNumber } from './answer.ts'
import type { Caller } from './caller.ts'
import { CallFailed } from './failure.ts'
import { everyItem } from './pages.ts'

type TemplateVerbs = Pick<CloudAt, 'describeTemplateVersion' | 'everyTemplate' | 'listTemplateVersions' | 'createTemplateVersion'>

export function templateVerbs(call: Caller, clock: Clock): TemplateVerbs {
  return {
    describeTemplateVersion: (templateId, version) =>
      outcomeOf(async () => templateDetail(await readVersion(call, templateId, version))),
    everyTemplate: () => outcomeOf(() => everyTemplate(call)),
    listTemplateVersions: (templateId) => outcomeOf(() => listVersions(call, templateId)),
    createTemplateVersion: (request) => outcomeOf(() => createVersion(call, clock, request)),
  }
}

/** "You can specify `$Latest` and `$Default` in the same request" for all templates at once [doc: DescribeLaunchTemplateVersions]. */
async function everyTemplate(call: Caller): Promise<readonly TemplateVersionDetail[]> {
  return (await readVersions(call, { Versions: ['$Latest', '$Default'] })).map(templateDetail)
}

async function listVersions(call: Caller, templateId: string): Promise<readonly TemplateVersionDetail[]> {
  const versions = (await readVersions(call, { LaunchTemplateId: templateId })).map(templateDetail)
  return versions.sort((a, b) => b.version - a.version)
}

async function createVersion(
  call: Caller,
  clock: Clock,
  request: Parameters<CloudAt['createTemplateVersion']>[0],
): Promise<TemplateVersionDetail> {
  const { templateId, version } = request.source
  const source = String(version)
  const later = await readVersions(call, { LaunchTemplateId: templateId, MinVersion: source })
  const earlier = later.find(({ VersionDescription }) => VersionDescription === request.description)
  const made = earlier ?? (await makeVersion(call, clock, request))
  checkOnlyImageDiffers(await readVersion(call, templateId, source), made, request.imageId)
  return templateDetail(made)
}

async function makeVersion(
  call: Caller,
  clock: Clock,
  request: Parameters<CloudAt['createTemplateVersion']>[0],
): Promise<LaunchTemplateVersion> {
  const { templateId, version } = request.source
  const command = new CreateLaunchTemplateVersionCommand({
    LaunchTemplateId: templateId,
    SourceVersion: String(version),
    LaunchTemplateData: { ImageId: request.imageId },
    VersionDescription: request.description,
    ClientToken: request.clientToken,
  })
  const answer = await call(`CreateLaunchTemplateVersion ${templateId}`, ({ ec2 }) => ec2.send(command))
  const number = wholeNumber(answer.LaunchTemplateVersion?.VersionNumber, 'number of the new template version')
  return versionSoon(call, clock, { LaunchTemplateId: templateId, Versions: [String(number)] })
}

/** EC2 is consistent in the end only: a version just made may not be there to read at once. */
export async function versionSoon(call: Caller, clock: Clock, which: NamedVersion): Promise<LaunchTemplateVersion> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await onlyVersion(call, which)
    } catch (error) {
      if (attempt >= 8 || !(error instanceof CallFailed) || error.failure.kind !== 'not-found') throw error
      await clock.pause(attempt * 1_000)
    }
  }
}

/** One version of a template by its ID or its name. */
type NamedVersion = Pick<DescribeLaunchTemplateVersionsCommandInput, 'LaunchTemplateId' | 'LaunchTemplateName'> & {
  readonly Versions: [string]
}

function readVersion(call: Caller, LaunchTemplateId: string, version: string): Promise<LaunchTemplateVersion> {
  return onlyVersion(call, { LaunchTemplateId, Versions: [version] })
}

async function onlyVersion(call: Caller, which: NamedVersion): Promise<LaunchTemplateVersion> {
  const versions = await readVersions(call, which)
  if (versions.length === 0) {
    const named = which.LaunchTemplateId ?? which.LaunchTemplateName
    const message = `DescribeLaunchTemplateVersions ${named}: there is no version ${which.Versions[0]}`
    throw new CallFailed({ ok: false, kind: 'not-found', code: 'NotFound', message })
  }
  return only(versions, 'template versions')
}

async function readVersions(
  call: Caller,
  input: DescribeLaunchTemplateVersionsCommandInput,
): Promise<readonly LaunchTemplateVersion[]> {
  const named = input.LaunchTemplateId ?? input.LaunchTemplateName ?? 'of all templates'
  const subject = `DescribeLaunchTemplateVersions ${named} ${input.Versions?.join(' ') ?? ''}`.trim()
  return everyItem(async (NextToken) => {
    const request = new DescribeLaunchTemplateVersionsCommand({ ...input, NextToken })
    const answer = await call(subject, ({ ec2 }) => ec2.send(request))
    return { items: answer.LaunchTemplateVersions, next: answer.NextToken }
  })
}

/** A version that differs in more than the image is not rolled out: what else changed, nobody has soaked. */
function checkOnlyImageDiffers(source: LaunchTemplateVersion, made: LaunchTemplateVersion, imageId: string): void {
  const before = plain({ ...source.LaunchTemplateData, ImageId: imageId })
  const after = plain(made.LaunchTemplateData ?? {})
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const different = keys.filter((key) => canonicalJson(before[key] ?? null) !== canonicalJson(after[key] ?? null))
  if (different.length === 0) return
  const name = `version ${made.VersionNumber} of ${made.LaunchTemplateName}`
  const message = `${name} differs from version ${source.VersionNumber} in ${different.sort().join(', ')}, not just in the image`
  throw new CallFailed({ ok: false, kind: 'conflict', code: 'TemplateVersionDiffers', message })
}

/** Times become text, absent members go. */
function plain(data: ResponseLaunchTemplateData): Readonly<Record<string, Json>> {
  return JSON.parse(JSON.stringify(data))
}

export function templateDetail(version: LaunchTemplateVersion): TemplateVersionDetail {
  const data = version.LaunchTemplateData
  return {
    templateId: resourceId('lt', version.LaunchTemplateId),
    templateName: text(version.LaunchTemplateName, 'name of the launch template'),
    version: wholeNumber(version.VersionNumber, 'number of the template version'),
    imageId: data?.ImageId,
    instanceType: data?.InstanceType,
    description: version.VersionDescription,
    volumeKeys: (data?.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => (Ebs === undefined ? [] : [Ebs.KmsKeyId])),
    tags: tagsOf(data?.TagSpecifications?.find(({ ResourceType }) => ResourceType === 'instance')?.Tags),
  }
}
