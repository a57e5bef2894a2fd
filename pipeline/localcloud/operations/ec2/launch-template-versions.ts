// Versions of launch templates: numbered, unchangeable, made from scratch or from an earlier one.

import type {
  CreateLaunchTemplateVersionRequest,
  CreateLaunchTemplateVersionResult,
  DeleteLaunchTemplateVersionsRequest,
  DeleteLaunchTemplateVersionsResult,
  DescribeLaunchTemplateVersionsRequest,
  DescribeLaunchTemplateVersionsResult,
  LaunchTemplateVersion as WireVersion,
} from '@aws-sdk/client-ec2'
import type { LaunchTemplate, TemplateVersion } from '../../store/launch-template.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { putVersion, removeVersion, versionNumber, versionOf, versionsOf } from '../../store/template-versions.ts'
import { ApiFault } from '../../wire/fault.ts'
import { type Fields, filtered } from '../filters.ts'
import { type Call, operation, required } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { refuseOtherRequest, requestKept } from './client-token.ts'
import { resolvedImage } from './image-alias.ts'
import { findTemplate, noSuchVersion } from './launch-request.ts'
import { overQuota } from './over-quota.ts'

/** "Up to 10,000 versions per launch template" [doc: launch-template-restrictions]; those that were deleted count no more. */
const mostVersions = 10_000

/** "You can delete up to 200 launch template versions in a single request" [doc: delete-launch-template]. */
const mostAtOnce = 200

export const createLaunchTemplateVersion = operation<CreateLaunchTemplateVersionRequest, CreateLaunchTemplateVersionResult>({
  handles: [
    'LaunchTemplateId',
    'LaunchTemplateName',
    'LaunchTemplateData',
    'SourceVersion',
    'VersionDescription',
    'ClientToken',
    'ResolveAlias',
  ],
  run({ input, draft, place, caller, now }) {
    const template = findTemplate(draft, place, input.LaunchTemplateId, input.LaunchTemplateName)
    const token = input.ClientToken
    const repeated = token === undefined ? [] : versionsOf(draft, place, template)
    const earlier = repeated.find(({ clientToken }) => clientToken === token)
    const shown = (one: TemplateVersion) => versionView(template, input.ResolveAlias ? resolved(draft, place, one) : one)
    if (earlier !== undefined) refuseOtherRequest(earlier, input)
    if (earlier !== undefined) return { LaunchTemplateVersion: shown(earlier) }
    const source = input.SourceVersion === undefined ? undefined : versionOf(draft, place, template, input.SourceVersion)
    if (input.SourceVersion !== undefined && source === undefined) throw noSuchVersion(template, input.SourceVersion)
    if (template.latestVersion >= mostVersions && versionsOf(draft, place, template).length >= mostVersions)
      throw overQuota(mostVersions, 'versions allowed for this launch template')
    const number = template.latestVersion + 1
    const version: TemplateVersion = {
      number,
      createdAt: now,
      createdBy: caller.arn,
      // "The new version inherits the same launch parameters as the source version, except for parameters that you specify" [doc: CreateLaunchTemplateVersion].
      data: {
        ...source?.data,
        ...(source === undefined ? required(input.LaunchTemplateData, 'LaunchTemplateData') : input.LaunchTemplateData),
      },
      ...(input.VersionDescription === undefined ? {} : { description: input.VersionDescription }),
      ...(input.ClientToken === undefined ? {} : { clientToken: input.ClientToken }),
      ...requestKept(input),
    }
    const changed = { ...template, latestVersion: number }
    draft.put(place, 'launchTemplates', template.id, changed)
    putVersion(draft, place, template, version)
    return { LaunchTemplateVersion: versionView(changed, version) }
  },
})

export interface OwnedVersion {
  readonly template: LaunchTemplate
  readonly version: TemplateVersion
}

const fields: Fields<OwnedVersion> = {
  'image-id': ({ version }) => version.data.ImageId,
  'instance-type': ({ version }) => version.data.InstanceType,
  'is-default-version': ({ template, version }) => template.defaultVersion === version.number,
}

export const describeLaunchTemplateVersions = operation<
  DescribeLaunchTemplateVersionsRequest,
  DescribeLaunchTemplateVersionsResult
>({
  handles: [
    'LaunchTemplateId',
    'LaunchTemplateName',
    'Versions',
    'MinVersion',
    'MaxVersion',
    'Filters',
    'MaxResults',
    'NextToken',
    'ResolveAlias',
  ],
  filters: fields,
  run(call) {
    const { input } = call
    const request = { size: input.MaxResults, token: input.NextToken, largest: 200, badToken: 'InvalidNextToken' }
    const rows = filtered(chosenVersions(call), input.Filters, fields).sort((a, b) => b.version.number - a.version.number)
    const page = pageOf(rows, ({ template, version }) => `${template.id} ${version.number}`, request)
    return {
      NextToken: page.nextToken,
      LaunchTemplateVersions: page.rows.map(({ template, version }) =>
        versionView(template, input.ResolveAlias ? resolved(call.draft, call.place, version) : version),
      ),
    }
  },
})

type Choice = Pick<Call<DescribeLaunchTemplateVersionsRequest>, 'input' | 'draft' | 'place'>

export function chosenVersions({ input, draft, place }: Choice): OwnedVersion[] {
  if (input.LaunchTemplateId === undefined && input.LaunchTemplateName === undefined)
    return acrossTemplates({ input, draft, place })
  const template = findTemplate(draft, place, input.LaunchTemplateId, input.LaunchTemplateName)
  if (input.Versions?.length) {
    return input.Versions.map((written) => {
      const version = versionOf(draft, place, template, written)
      if (version === undefined) throw noSuchVersion(template, written)
      return { template, version }
    })
  }
  const least = Number(input.MinVersion ?? 1)
  const most = Number(input.MaxVersion ?? template.latestVersion)
  return versionsOf(draft, place, template)
    .filter(({ number }) => number >= least && number <= most)
    .map((version) => ({ template, version }))
}

/** "To describe the latest or default version of all your templates, specify $Latest, $Default or both"; numbers need a template [doc]. */
function acrossTemplates({ input, draft, place }: Choice): OwnedVersion[] {
  const aliases = input.Versions ?? []
  if (aliases.length === 0 || aliases.some((written) => !written.startsWith('$'))) {
    throw new ApiFault('MissingParameter', 'The request must contain the parameter LaunchTemplateId or LaunchTemplateName')
  }
  return draft.rows(place, 'launchTemplates').flatMap((template) => {
    const numbers = new Set(aliases.map((alias) => versionNumber(template, alias)))
    return versionsOf(draft, place, template)
      .filter(({ number }) => numbers.has(number))
      .map((version) => ({ template, version }))
  })
}

export const deleteLaunchTemplateVersions = operation<DeleteLaunchTemplateVersionsRequest, DeleteLaunchTemplateVersionsResult>({
  handles: ['LaunchTemplateId', 'LaunchTemplateName', 'Versions'],
  run({ input, draft, place }) {
    const template = findTemplate(draft, place, input.LaunchTemplateId, input.LaunchTemplateName)
    const asked = required(input.Versions, 'LaunchTemplateVersion').map(Number)
    if (asked.length > mostAtOnce)
      throw new ApiFault('InvalidParameterValue', `At most ${mostAtOnce} launch template versions can be deleted in one request.`)
    const LaunchTemplateId = template.id
    const LaunchTemplateName = template.name
    const refusals = asked.flatMap((VersionNumber) => {
      const isThere = versionOf(draft, place, template, String(VersionNumber)) !== undefined
      const isDefault = VersionNumber === template.defaultVersion
      if (isThere && !isDefault) return []
      // "You can't delete the default version" [doc: DeleteLaunchTemplateVersions].
      const ResponseError = isDefault
        ? { Code: 'launchTemplateIdMalformed' as const, Message: 'The default version of a launch template cannot be deleted' }
        : { Code: 'launchTemplateVersionDoesNotExist' as const, Message: `The version ${VersionNumber} does not exist` }
      return [{ LaunchTemplateId, LaunchTemplateName, VersionNumber, ResponseError }]
    })
    const gone = asked.filter((number) => !refusals.some((refusal) => refusal.VersionNumber === number))
    for (const number of gone) removeVersion(draft, place, template, number)
    return {
      SuccessfullyDeletedLaunchTemplateVersions: gone.map((VersionNumber) => ({
        LaunchTemplateId,
        LaunchTemplateName,
        VersionNumber,
      })),
      UnsuccessfullyDeletedLaunchTemplateVersions: refusals,
    }
  },
})

/** "If true, the parameter is resolved and the actual AMI ID is displayed" [doc: DescribeLaunchTemplateVersions]. */
function resolved(draft: Draft, place: PlaceKey, version: TemplateVersion): TemplateVersion {
  const { ImageId: written } = version.data
  return written === undefined
    ? version
    : { ...version, data: { ...version.data, ImageId: resolvedImage(draft, place, written) } }
}

function versionView(template: LaunchTemplate, version: TemplateVersion): WireVersion {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    VersionNumber: version.number,
    CreateTime: new Date(version.createdAt),
    CreatedBy: version.createdBy,
    DefaultVersion: version.number === template.defaultVersion,
    LaunchTemplateData: version.data as NonNullable<WireVersion['LaunchTemplateData']>,
    ...(version.description === undefined ? {} : { VersionDescription: version.description }),
  }
}
