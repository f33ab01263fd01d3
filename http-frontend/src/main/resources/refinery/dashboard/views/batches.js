// Batches: found by words and by facets, all in the address; actions on exactly those that are chosen.
import {html, useEffect, useRef, useState} from '../lib/html.js';
import {useGet} from '../lib/api.js';
import {Bulk, refinery} from '../lib/actions.js';
import {ago, count} from '../lib/format.js';
import {useLive} from '../lib/live.js';
import {Link, useQuery} from '../lib/router.js';
import {BATCH_STATES, State, word} from '../lib/states.js';
import {Table, useSelection} from '../lib/table.js';
import {Empty, Filters, Page, Problem} from '../lib/ui.js';

const FACETS = ['organism', 'tissue', 'library_strategy', 'sex', 'disease', 'source', 'pipeline'];
const SHOWN = 8;
// Batches are indexed each second.
const LAG = 2500;
// Counting all values of a large refinery costs half a second.
const COUNTED = 30000;

const RETRIED = ['failed', 'cancelled'];
const CANCELLED = ['queued', 'downloading', 'downloaded', 'processing'];

function Batches() {
  const [query, set] = useQuery();
  // How each row stood when it was last read: what a bulk action is decided on.
  const states = useRef(new Map());
  const conditions = {q: query.q, state: query.state, quality: query.quality, survey_id: query.survey_id,
    ...Object.fromEntries(FACETS.map(name => [name, query[name]]))};
  const selection = useSelection(conditions);
  const facets = useGet('/search', {...conditions, limit: 1, facet: FACETS.join(',')});
  const behind = useRef(null);
  useLive({kind: 'batch'}, () => {
    clearTimeout(behind.current);
    behind.current = setTimeout(facets.reload, LAG);
  }, {throttle: COUNTED});
  useEffect(() => {
    behind.current = setTimeout(facets.reload, LAG);
    return () => clearTimeout(behind.current);
  }, [facets.reload]);
  const chosen = selection.ids.map(id => ({id, state: states.current.get(id)}));
  const onRows = rows => rows.forEach(batch => states.current.set(batch.id, batch.state));
  const of = kinds => chosen.filter(item => kinds.includes(item.state));
  return html`<${Page} title="Batches" lead="A batch is a unit of data of an archive, such as a sequencing run, with all that becomes of it.">
    <${Filters} fields=${[
      {key: 'q', label: 'Words', placeholder: 'liver "heat shock" -mock', size: 28},
      {key: 'state', label: 'State', options: BATCH_STATES},
      {key: 'quality', label: 'Quality', options: ['pass', 'warn', 'fail']},
    ]}>${query.survey_id && html`<span class="chip">of <${Link} to=${'/surveys/' + query.survey_id}><code>${query.survey_id}</code><//>
      <button type="button" class="quiet small" aria-label="Of all surveys" onClick=${() => set({survey_id: ''})}>✕</button></span>`}<//>
    <div class="faceted">
      <${Facets} found=${facets} query=${query} set=${set} />
      <div class="faceted-list">
        <div class="bulk" role="group" aria-label="Actions on what is chosen">
          <${Bulk} items=${of(RETRIED)} verb="Retry" noun="batches" path=${id => `/batches/${id}/retry`} cli=${id => refinery('retry', id)} onDone=${selection.clear} />
          <${Bulk} items=${of(['done', 'failed'])} verb="Reprocess" noun="batches" path=${id => `/batches/${id}/reprocess`} cli=${id => refinery('reprocess', id)} onDone=${selection.clear} />
          <${Bulk} items=${of(CANCELLED)} verb="Cancel" noun="batches" danger path=${id => `/batches/${id}/cancel`} cli=${id => refinery('cancel', id)} onDone=${selection.clear} />
          ${selection.size === 2 && html`<${Link} class="button" to=${`/compare?a=${selection.ids[0]}&b=${selection.ids[1]}`}>Compare the two<//>`}
          ${selection.size > 0 && html`<button type="button" class="quiet" onClick=${selection.clear}>Choose none</button>`}
          <span class="muted">${selection.size === 0 ? 'Choose batches in the list to act on them.' : ''}</span>
        </div>
        <${Table} label="Batches" columns=${COLUMNS} onRows=${onRows} source=${{path: '/search', query: conditions}} selection=${selection} to=${batch => '/batches/' + batch.id}
          live=${{kind: 'batch'}} lag=${LAG} total=${facets.data?.total} exportName="batches"
          empty=${html`<${Empty} title=${Object.values(conditions).some(Boolean) ? 'No batch passes these filters' : 'No batch has been found yet'}><p>A batch can be found a second or two after it was recorded; this list looks again by itself.</p><//>`} />
      </div>
    </div>
  <//>`;
}

const COLUMNS = [
  {key: 'state', title: 'State', width: '140px', sort: true, render: batch => html`<${State} value=${batch.state} />`},
  {key: 'key', title: 'Batch', sort: true, render: batch => html`<${Link} to=${'/batches/' + batch.id}><b>${batch.key}</b><//>`},
  {key: 'quality', title: 'Quality', sort: true, render: batch => html`<${State} value=${batch.quality} />`},
  {key: 'organism', title: 'Organism', sort: batch => batch.harmonised.organism, text: batch => batch.harmonised.organism, render: batch => batch.harmonised.organism ?? '–'},
  {key: 'tissue', title: 'Tissue', wide: true, sort: batch => batch.harmonised.tissue, text: batch => batch.harmonised.tissue, render: batch => batch.harmonised.tissue ?? '–'},
  {key: 'pipeline', title: 'Pipeline', wide: true, sort: batch => batch.harmonised.pipeline, text: batch => batch.harmonised.pipeline, render: batch => batch.harmonised.pipeline ?? '–'},
  {key: 'reason', title: 'Why', render: batch => html`<span title=${batch.reason}>${batch.reason ?? ''}</span>`},
  {key: 'created_at', title: 'Found', sort: true, wide: true, render: batch => ago(batch.created_at)},
];

function Facets({found, query, set}) {
  const [all, setAll] = useState({});
  if (found.error) return html`<${Problem} error=${found.error} again=${found.reload} />`;
  const facets = found.data?.facets || {};
  return html`<aside class="facets" aria-label="Facets" aria-busy=${found.loading}>
    ${FACETS.map(name => {
      const values = facets[name] || [];
      if (values.length === 0 && !query[name]) return null;
      const listed = all[name] ? values : values.slice(0, SHOWN);
      return html`<section key=${name}><h2>${word(name)}</h2><ul>
        ${query[name] && !values.some(each => each.value === query[name]) && html`<li><button type="button" aria-pressed="true" onClick=${() => set({[name]: ''})}><span>✓ ${query[name]}</span><span>0</span></button></li>`}
        ${listed.map(each => html`<li key=${each.value}><button type="button" aria-pressed=${query[name] === each.value} onClick=${() => set({[name]: query[name] === each.value ? '' : each.value})}>
          <span class="value" title=${each.value}>${query[name] === each.value ? '✓ ' : ''}${each.value}</span><span class="muted">${count(each.count)}</span></button></li>`)}
      </ul>${values.length > SHOWN && html`<button type="button" class="quiet small" onClick=${() => setAll({...all, [name]: !all[name]})}>${all[name] ? 'Fewer' : `${count(values.length - SHOWN)} more`}</button>`}</section>`;
    })}
  </aside>`;
}

export const routes = [{path: '/batches', title: 'Batches', view: Batches, nav: true}];
