// What a proof costs: each machine at the price of its own type, known by its tags.

import { describe, expect, test } from 'vitest'
import { estimateOf, machineHoursOf, seenAgain, usdOf, withEnding } from '../../pipeline/proof/cost.ts'
import { type ProofPlan, typeOfMachine } from '../../pipeline/proof/plan.ts'
import { plan } from './sandbox.ts'

const baked: ProofPlan = {
  ...plan,
  baked: { family: 'web', instanceType: 'm6i.large', reach: 'public', isNode: false },
}
const hourMs = 3_600_000

describe('a machine', () => {
  test('is of the build’s type where it is tagged as bake and verification tag theirs', () => {
    const types = [{ 'drover:purpose': 'bake' }, { 'drover:purpose': 'verify' }, {}].map((tags) => typeOfMachine(baked, tags))
    expect(types).toEqual(['m6i.large', 'm6i.large', 't3.micro'])
    expect(typeOfMachine(plan, { 'drover:purpose': 'copy' })).toBe('t3.micro')
  })

  test('costs its own price for as long as it was seen, and for as long as ending it takes', () => {
    const running = [
      { id: 'i-1', type: 't3.micro' },
      { id: 'i-2', type: 'm6i.large' },
    ]
    const seen = seenAgain(seenAgain(new Map(), running, 0), running, 2 * hourMs)
    const hours = machineHoursOf(seen, 0)
    expect(hours).toEqual({ 't3.micro': 2, 'm6i.large': 2 })
    expect(withEnding(hours, running.slice(1))['m6i.large']).toBeCloseTo(2 + 1 / 6)
    const ofOne = (type: string) => usdOf({ [type]: 2 }, 0, baked)
    expect(usdOf(hours, 0, baked)).toBeCloseTo(ofOne('t3.micro') + ofOne('m6i.large'))
    expect(ofOne('m6i.large') - ofOne('t3.micro')).toBeCloseTo(2 * (0.153 - 0.0168))
  })
})

describe('the guess', () => {
  test('holds the machines that bake and verify, and the hours that the groups wait for them', () => {
    const [copied, debian, node] = [plan, baked, { ...baked, baked: { ...baked.baked, isNode: true } } as ProofPlan].map(
      estimateOf,
    )
    expect(debian?.hours).toBeCloseTo((copied?.hours ?? 0) + 1.5)
    // Six more machines for an hour and a half; a build machine, two to look into, less the one that a copy is tried on.
    expect(debian?.machineHours).toBeCloseTo((copied?.machineHours ?? 0) + 9 + 0.75 + 1.5 - 1 / 6)
    expect(node?.machineHours).toBeCloseTo((debian?.machineHours ?? 0) + 0.75)
    expect(node?.usd).toBeGreaterThan(debian?.usd ?? 0)
  })

  test('of a machine whose price is not known is no number below a ceiling', () => {
    expect(estimateOf({ ...plan, instanceType: 'p5.48xlarge' }).usd).toBe(Number.POSITIVE_INFINITY)
  })
})
