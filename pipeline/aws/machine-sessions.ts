// Sessions of Systems Manager into machines, begun and ended here; AWS's own plugin is at their other end.

import { StartSessionCommand, TerminateSessionCommand } from '@aws-sdk/client-ssm'
import type { CloudAt, MachineSession, Place } from '../ports/index.ts'
import { outcomeOf, text } from './answer.ts'
import type { Caller } from './caller.ts'

type MachineSessionVerbs = Pick<CloudAt, 'beginSession' | 'endSession'>

/** The plugin takes what StartSession answered from an environment variable whose name begins like this (session-manager-plugin 1.3.0.0). */
const answerVariable = 'AWS_SSM_START_SESSION_RESPONSE'

/** `environment`: of a child that is to act at the place. */
export function machineSessionVerbs(
  call: Caller,
  place: Place,
  environment: () => Promise<Readonly<Record<string, string>>>,
): MachineSessionVerbs {
  return {
    beginSession: (instanceId, port) => outcomeOf(() => beginSession(call, place, environment, instanceId, port)),
    endSession: (id) => outcomeOf(() => endSession(call, id)),
  }
}

/** One that a lost answer began is nobody's and carries nothing: Systems Manager ends it when it has been idle for 20 minutes. */
async function beginSession(
  call: Caller,
  place: Place,
  environment: () => Promise<Readonly<Record<string, string>>>,
  instanceId: string,
  port: number,
): Promise<MachineSession> {
  const request = { Target: instanceId, DocumentName: 'AWS-StartSSHSession', Parameters: { portNumber: [String(port)] } }
  const answer = await call(`StartSession ${instanceId}`, ({ ssm }) => ssm.send(new StartSessionCommand(request)))
  const id = text(answer.SessionId, 'ID of the session')
  const told = {
    SessionId: id,
    StreamUrl: text(answer.StreamUrl, 'address of the session'),
    TokenValue: text(answer.TokenValue, 'token of the session'),
  }
  return {
    id,
    // What was answered, region, action, profile, what was asked, endpoint: as the AWS CLI gives them. The last is in the environment.
    words: [answerVariable, place.region, 'StartSession', '', JSON.stringify(request), ''],
    environment: { ...(await environment()), [answerVariable]: JSON.stringify(told) },
  }
}

async function endSession(call: Caller, id: string): Promise<void> {
  await call(`TerminateSession ${id}`, ({ ssm }) => ssm.send(new TerminateSessionCommand({ SessionId: id })))
}
