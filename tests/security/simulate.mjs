// Reads {simulations: [...]} from standard input and prints one verdict per simulation. Used by simulate.py.
import { runSimulation } from '@cloud-copilot/iam-simulate'

let input = ''
for await (const chunk of process.stdin) input += chunk

const verdicts = []
for (const simulation of JSON.parse(input).simulations) {
  const outcome = await runSimulation(simulation, {})
  if (outcome.resultType === 'error') {
    verdicts.push({ error: outcome.errors })
    continue
  }
  const results = outcome.resultType === 'single' ? [outcome.result] : outcome.results
  verdicts.push({
    result: outcome.overallResult,
    ignoredContextKeys: results.flatMap((result) => result.ignoredContextKeys ?? [])
  })
}
console.log(JSON.stringify(verdicts))
