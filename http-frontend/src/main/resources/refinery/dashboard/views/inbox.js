// The inbox: surveys that wait for a person.
import {html, useEffect, useState} from '../lib/html.js';
import {get} from '../lib/api.js';
import {Ago, count} from '../lib/format.js';
import {useLive} from '../lib/live.js';
import {Link} from '../lib/router.js';
import {Empty, Loading, Page, Panel, Problem} from '../lib/ui.js';
import {Question} from './question.js';
import {described} from './surveys.js';

const PAGE = 20;

function Inbox() {
  const [found, setFound] = useState(null);
  const [limit, setLimit] = useState(PAGE);
  const [error, setError] = useState(null);
  const [answered, setAnswered] = useState(0);
  const load = () => get('/surveys', {query: {state: 'awaiting_input', limit}}).then(page => { setFound(page); setError(null); }, setError);
  useEffect(() => {
    load();
  }, [limit]);
  useLive({kind: 'survey'}, load, {throttle: 2000});
  const done = () => {
    setAnswered(answered + 1);
    load();
  };
  return html`<${Page} title="Inbox" lead="Surveys that wait for an answer, the newest first.">
    ${answered > 0 && html`<p role="status" class="good-text">✓ ${count(answered)} answered</p>`}
    ${error && html`<${Problem} error=${error} again=${load} />`}
    ${found === null ? !error && html`<${Loading} />` : found.items.length === 0
      ? html`<${Empty} title="Nothing waits for you"><p>A survey that is posted with <b>Plan first</b> asks here before anything is fetched.</p><//>`
      : found.items.map(survey => html`<${Panel} key=${survey.id} title=${html`<${Link} to=${'/surveys/' + survey.id}>${survey.source} ${described(survey.parameters)}<//>`}
          note=${html`${survey.pipeline}, posted <${Ago} at=${survey.created_at} />${survey.actor && ` by ${survey.actor}`}`}>
          <${Question} survey=${survey} onDone=${done} /><//>`)}
    ${found?.next && html`<button type="button" onClick=${() => setLimit(limit + PAGE)}>Show more</button>`}
  <//>`;
}

export const routes = [{path: '/inbox', title: 'Inbox', view: Inbox, nav: true}];
