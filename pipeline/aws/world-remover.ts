// Removes what the world builder made and drover itself never removes: groups, templates, alarms. Only a proof calls it.

import { DeleteAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling'
import { DeleteAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import { DeleteLaunchTemplateCommand } from '@aws-sdk/client-ec2'
import type { CloudOutcome, Place } from '../ports/index.ts'
import { outcomeOf } from './answer.ts'
import { createCaller } from './caller.ts'
import { createSessions, type SessionOptions } from './sessions.ts'

export interface WorldRemover {
  /** With its machines; it is gone some time after the answer. */
  deleteGroup(name: string): Promise<CloudOutcome<void>>
  /** With all its versions. */
  deleteTemplate(id: string): Promise<CloudOutcome<void>>
  deleteAlarm(name: string): Promise<CloudOutcome<void>>
}

export function createWorldRemover(place: Place, options: SessionOptions): WorldRemover {
  const call = createCaller(place, createSessions(options), options)
  return {
    deleteGroup: (name) =>
      outcomeOf(async () => {
        const request = new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: name, ForceDelete: true })
        await call(`DeleteAutoScalingGroup ${name}`, ({ autoScaling }) => autoScaling.send(request))
      }),
    deleteTemplate: (id) =>
      outcomeOf(async () => {
        const request = new DeleteLaunchTemplateCommand({ LaunchTemplateId: id })
        await call(`DeleteLaunchTemplate ${id}`, ({ ec2 }) => ec2.send(request))
      }),
    deleteAlarm: (name) =>
      outcomeOf(async () => {
        await call(`DeleteAlarms ${name}`, ({ cloudWatch }) => cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames: [name] })))
      }),
  }
}
