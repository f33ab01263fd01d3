// Surveys: how far each is and when it may end.
import {html} from '../lib/html.js';
import {useGet} from '../lib/api.js';
import {StackedBar} from '../lib/charts.js';
import {ago, Ago, count, duration, percent} from '../lib/format.js';
import {link, Link, useQuery} from '../lib/router.js';
import {State, SURVEY_STATES} from '../lib/states.js';
import {Table} from '../lib/table.js';
import {Empty, Filters, Page} from '../lib/ui.js';

/** Parameters in one line; without the rules of choice, which are objects, where there are others. */
export function described(parameters, longest = 90) {
  const all = Object.entries(parameters || {});
  const plain = all.filter(([, value]) => Array.isArray(value) || typeof value !== 'object');
  const text = (plain.length > 0 ? plain : all)
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`).join(' ');
  return text.length > longest ? text.slice(0, longest - 1) + '…' : text;
}

/** The parts of a survey's bar, in the order in which batches go through them. */
export const parts = (counts, id) => [
  ['done', 'good'], ['failed', 'bad'], ['cancelled', 'gone'], ['processing', 'busy'], ['downloading', 'part'], ['queued', 'idle'], ['planned', 'wait'],
].map(([state, tone]) => ({label: state, value: counts[state] || 0, tone, to: link('/batches', {survey_id: id, state})}));

/** When it may end: words for a cell. */
export function Eta({progress}) {
  if (!progress || progress.seconds_left === null) return html`<span class="muted" title=${progress?.basis}>–</span>`;
  return html`<span title=${progress.basis}>${duration(progress.seconds_left)} left</span>`;
}

const ended = survey => survey.batches.done + survey.batches.failed + survey.batches.cancelled;

const COLUMNS = [
  {key: 'state', title: 'State', width: '180px', sort: true, render: survey => html`<${State} value=${survey.state} />`},
  {key: 'source', title: 'Survey', sort: survey => survey.source + described(survey.parameters), text: survey => `${survey.source} ${described(survey.parameters, 1000)}`,
    render: survey => html`<${Link} to=${'/surveys/' + survey.id}><b>${survey.source}</b> ${described(survey.parameters)}<//>`},
  {key: 'batches', title: 'Batches', width: '230px', sort: ended, text: survey => `${ended(survey)}/${survey.batches.total}`,
    render: survey => html`<div class="bar-cell"><${StackedBar} title="Batches" parts=${parts(survey.batches, survey.id)} legend=${false} />
      <span>${count(ended(survey))} of ${count(survey.batches.total)} <span class="muted">${percent(ended(survey), survey.batches.total)}</span></span></div>`},
  {key: 'failed', title: 'Failed', align: 'end', sort: survey => survey.batches.failed, text: survey => survey.batches.failed,
    render: survey => survey.batches.failed > 0
      ? html`<${Link} class="bad-text" to=${link('/batches', {survey_id: survey.id, state: 'failed'})}>✕ ${count(survey.batches.failed)}<//>` : '0'},
  {key: 'eta', title: 'Ends', sort: survey => survey.progress?.seconds_left ?? null, text: survey => survey.progress?.expected_at ?? '',
    render: survey => survey.finished_at ? html`<${Ago} at=${survey.finished_at} />` : html`<${Eta} progress=${survey.progress} />`},
  {key: 'pipeline', title: 'Pipeline', wide: true, sort: true},
  {key: 'priority', title: 'Priority', wide: true, align: 'end', sort: true},
  {key: 'actor', title: 'Who', wide: true, sort: true},
  {key: 'created_at', title: 'Posted', sort: survey => Date.parse(survey.created_at), render: survey => ago(survey.created_at)},
];

function Surveys() {
  const [query] = useQuery();
  const sources = useGet('/sources');
  const asked = {state: query.state, source: query.source};
  return html`<${Page} title="Surveys" lead="A survey asks a source what it has, records a batch for each unit of data, and has the batches refined."
      actions=${html`<${Link} class="button primary" to="/surveys/new">New survey<//>`}>
    <${Filters} fields=${[
      {key: 'state', label: 'State', options: SURVEY_STATES},
      {key: 'source', label: 'Source', options: (sources.data?.items || []).map(source => source.name)},
    ]} />
    <${Table} label="Surveys" columns=${COLUMNS} source=${{path: '/surveys', query: asked}} to=${survey => '/surveys/' + survey.id} live=${{kind: 'survey'}} exportName="surveys"
      empty=${html`<${Empty} title=${asked.state || asked.source ? 'No survey passes these filters' : 'No survey has been posted yet'}>
        <p><${Link} to="/surveys/new">Post one<//>, or on the command line: <code>refinery survey ena accession=PRJNA1</code></p><//>`} />
  <//>`;
}

export const routes = [{path: '/surveys', title: 'Surveys', view: Surveys, nav: true}];
