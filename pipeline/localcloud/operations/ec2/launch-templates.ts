// Launch templates: made, listed, pointed at a default version, deleted.

import type {
  CreateLaunchTemplateRequest,
  CreateLaunchTemplateResult,
  DeleteLaunchTemplateRequest,
  DeleteLaunchTemplateResult,
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplatesResult,
  ModifyLaunchTemplateRequest,
  ModifyLaunchTemplateResult,
  LaunchTemplate as WireTemplate,
} from '@aws-sdk/client-ec2'
import type { LaunchTemplate } from '../../store/launch-template.ts'
import { tagList } from '../../store/tags.ts'
import { putVersion, removeVersion, versionOf, versionsOf } from '../../store/template-versions.ts'
import { ApiFault } from '../../wire/fault.ts'
import { type Fields, filtered } from '../filters.ts'
import { operation, required } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { madeWith, requestKept } from './client-token.ts'
import { specified } from './create-image.ts'
import { findTemplate, noSuchVersion } from './launch-request.ts'
import { overQuota } from './over-quota.ts'

/** "Up to a maximum of 5,000 launch templates per Region" [doc: launch-template-restrictions]. */
const mostTemplates = 5_000

export const createLaunchTemplate = operation<CreateLaunchTemplateRequest, CreateLaunchTemplateResult>({
  handles: ['LaunchTemplateName', 'LaunchTemplateData', 'ClientToken', 'VersionDescription', 'TagSpecifications'],
  run({ input, draft, place, caller, now }) {
    const name = required(input.LaunchTemplateName, 'LaunchTemplateName')
    const [earlier] = madeWith('launchTemplates', draft, place, input)
    if (earlier !== undefined) return { LaunchTemplate: templateView(earlier) }
    if (draft.rows(place, 'launchTemplates').some((template) => template.name === name))
      throw new ApiFault('InvalidLaunchTemplateName.AlreadyExistsException', `Launch template name already in use: ${name}`)
    if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)) {
      throw new ApiFault(
        'InvalidLaunchTemplateName.MalformedException',
        'A launch template name must be 3 to 128 characters of a-z, A-Z, 0-9 and ( ) . - / _',
      )
    }
    if (draft.rows(place, 'launchTemplates').length >= mostTemplates)
      throw overQuota(mostTemplates, 'launch templates allowed in this Region')
    const described = input.VersionDescription === undefined ? {} : { description: input.VersionDescription }
    const data = required(input.LaunchTemplateData, 'LaunchTemplateData')
    const template: LaunchTemplate = {
      id: draft.mint('lt'),
      name,
      createdAt: now,
      createdBy: caller.arn,
      defaultVersion: 1,
      latestVersion: 1,
      tags: specified(input, 'launch-template'),
      ...(input.ClientToken === undefined ? {} : { clientToken: input.ClientToken }),
      ...requestKept(input),
    }
    draft.put(place, 'launchTemplates', template.id, template)
    putVersion(draft, place, template, { number: 1, createdAt: now, createdBy: caller.arn, data, ...described })
    return { LaunchTemplate: templateView(template) }
  },
})

const fields: Fields<LaunchTemplate> = {
  'create-time': (template) => new Date(template.createdAt).toISOString(),
  'launch-template-name': (template) => template.name,
}

export const describeLaunchTemplates = operation<DescribeLaunchTemplatesRequest, DescribeLaunchTemplatesResult>({
  handles: ['LaunchTemplateIds', 'LaunchTemplateNames', 'Filters', 'MaxResults', 'NextToken'],
  filters: fields,
  run({ input, draft, place }) {
    const byId = (input.LaunchTemplateIds ?? []).map((id) => findTemplate(draft, place, id, undefined))
    const byName = (input.LaunchTemplateNames ?? []).map((name) => findTemplate(draft, place, undefined, name))
    const asked = [...byId, ...byName]
    const rows = asked.length > 0 ? asked : draft.rows(place, 'launchTemplates')
    const request = { size: input.MaxResults, token: input.NextToken, largest: 200, badToken: 'InvalidNextToken' }
    const page = pageOf(filtered(rows, input.Filters, fields), (template) => template.id, request)
    return { NextToken: page.nextToken, LaunchTemplates: page.rows.map(templateView) }
  },
})

export const modifyLaunchTemplate = operation<ModifyLaunchTemplateRequest, ModifyLaunchTemplateResult>({
  handles: ['LaunchTemplateId', 'LaunchTemplateName', 'DefaultVersion', 'ClientToken'],
  run({ input, draft, place }) {
    const template = findTemplate(draft, place, input.LaunchTemplateId, input.LaunchTemplateName)
    const version = versionOf(draft, place, template, required(input.DefaultVersion, 'SetDefaultVersion'))
    if (version === undefined) throw noSuchVersion(template, input.DefaultVersion)
    const changed = { ...template, defaultVersion: version.number }
    draft.put(place, 'launchTemplates', template.id, changed)
    return { LaunchTemplate: templateView(changed) }
  },
})

export const deleteLaunchTemplate = operation<DeleteLaunchTemplateRequest, DeleteLaunchTemplateResult>({
  handles: ['LaunchTemplateId', 'LaunchTemplateName'],
  run({ input, draft, place }) {
    const template = findTemplate(draft, place, input.LaunchTemplateId, input.LaunchTemplateName)
    for (const { number } of versionsOf(draft, place, template)) removeVersion(draft, place, template, number)
    draft.remove(place, 'launchTemplates', template.id)
    return { LaunchTemplate: templateView(template) }
  },
})

function templateView(template: LaunchTemplate): WireTemplate {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    CreateTime: new Date(template.createdAt),
    CreatedBy: template.createdBy,
    DefaultVersionNumber: template.defaultVersion,
    LatestVersionNumber: template.latestVersion,
    Tags: tagList(template.tags),
  }
}
