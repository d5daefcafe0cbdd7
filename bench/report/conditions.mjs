// Where and when: devices, versions, dates, and runs that other work on the machine may have slowed.
import { BUSY } from '../timing.mjs';
import { number, table } from './words.mjs';

const TITLES = {
  peers: 'beside the peers',
  curves: 'curve',
  limits: 'limits',
  profile: 'kinds of work',
  generation: 'generation',
  memory: 'memory',
  size: 'size',
};

export function render({ parts }) {
  const blocks = Object.entries(parts).flatMap(([part, named]) => Object.entries(named).map(([name, block]) => ({ part, name, ...block })));
  if (!blocks.length) return '';
  const places = [...new Map(blocks.map(({ machine }) => [machineOf(machine), machine])).keys()];
  const rows = blocks.map((block) => {
    const loads = block.runs.map((run) => run.other_load).filter(Number.isFinite);
    return [
      `${TITLES[block.part] ?? block.part}: ${block.name}`,
      block.date,
      `\`${block.machine.commit || '-'}\``,
      places.length > 1 ? places.indexOf(machineOf(block.machine)) + 1 : 1,
      block.runs.length,
      loads.length ? number(Math.max(...loads), 2) : '-',
    ];
  });
  const flagged = blocks.flatMap((block) => block.runs.filter((run) => run.other_load > BUSY).map((run) => `${TITLES[block.part] ?? block.part} ${block.name} (${labelOf(run)}, round ${run.round + 1}: ${number(run.other_load, 2)})`));
  const verdict = flagged.length
    ? `**Runs with other load above ${BUSY}, whose times should not be quoted: ${flagged.length}.** They are ${flagged.join('; ')}.`
    : `No run had other load above ${BUSY}.`;
  return `## Where and when

${places.map((place, i) => `${i + 1}. ${place}`).join('\n')}

**Other load** is how many processors were busy with something else during the counted steps: the largest of the block's runs.
${verdict}

<details><summary>Every block of runs</summary>

${table(['measured', 'date', 'commit', 'device', 'runs', 'other load'], rows)}
</details>
`;
}

function machineOf({ cpu, cores, memory_gb, system, adapter, software_adapter, chromium, node, rustc, peers }) {
  const libraries = Object.entries(peers ?? {}).map(([name, version]) => `${name} ${version}`);
  return [
    `${cpu}, ${cores} cores, ${memory_gb} GB, ${system}`,
    `WebGPU adapter ${adapter}${software_adapter ? ' (imitated in software)' : ''}`,
    `Chromium ${chromium}`,
    `Node ${node}`,
    rustc,
    ...libraries,
  ].filter(Boolean).join('; ');
}

const labelOf = (run) => ['label', 'device', 'mode', 'value', 'size'].map((key) => run[key]).filter((value) => value !== undefined).join(' ');
