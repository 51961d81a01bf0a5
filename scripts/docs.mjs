// `npm run docs`: writes the generated parts of docs/ and the README again, from the data that they show. It measures and
// tests nothing: `npm run bench` and `npm run test:stacks` write new data.

import { drawLatestCharts } from '../benchmark/charts.mjs'
import { lastResults, writeCompatibility } from './lib/compatibility.mjs'
import { runAsProgram } from './lib/program.mjs'
import { writeOptionsPage } from './options-table.mjs'

await runAsProgram(import.meta.url, async () => {
  console.log('docs: the table of mongoOptions')
  writeOptionsPage()
  console.log('docs: the compatibility tables')
  writeCompatibility(lastResults())
  console.log('docs: the charts of the benchmark')
  await drawLatestCharts()
})
