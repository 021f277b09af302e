import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Measure } from '../../services/measure.ts';
import { COUNTERS, type Figure, GAUGES } from './figures.ts';

/** The figures in the text format of Prometheus, with those of the process beside them. No name, address or amount. */
export async function exposition(measure: Measure): Promise<{ type: string; text: string }> {
  const own = new Registry();
  for (const { head, samples } of told(GAUGES, measure, own)) {
    const gauge = new Gauge(head);
    for (const { labels, value } of samples) gauge.set(labels, value);
  }
  for (const { head, samples } of told(COUNTERS, measure, own)) {
    const counter = new Counter(head);
    for (const { labels, value } of samples) counter.inc(labels, value);
  }
  const text = await Registry.merge([own, ofTheProcess()]).metrics();
  return { type: own.contentType, text };
}

interface Told {
  head: { name: string; help: string; labelNames: string[]; registers: Registry[] };
  samples: Sample[];
}

interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** What there is to tell; a figure that is not known must not be made, or it would be told as 0. */
const told = (figures: readonly Figure[], measure: Measure, registry: Registry): Told[] =>
  figures
    .map((figure) => ({ head: headOf(figure, registry), samples: samplesOf(figure, measure) }))
    .filter(({ samples }) => samples.length > 0);

const headOf = ({ name, help, label }: Figure, registry: Registry): Told['head'] => ({
  name,
  help,
  labelNames: label ? [label] : [],
  registers: [registry],
});

function samplesOf({ label, value }: Figure, measure: Measure): Sample[] {
  const found = value(measure);
  if (found === null) return [];
  if (typeof found === 'number') return [{ labels: {}, value: found }];
  return Object.entries(found).map(([name, one]) => ({ labels: { [label ?? 'kind']: name }, value: one }));
}

/** Figures of prom-client's own whose names say that they are counters, which they are not: `promtool` minds. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

let watched: Registry | null = null;

/** Watched from the first question on, by as many observers as there are processes: one. */
function ofTheProcess(): Registry {
  if (watched) return watched;
  watched = new Registry();
  collectDefaultMetrics({ register: watched });
  for (const name of MISNAMED) watched.removeSingleMetric(name);
  return watched;
}
