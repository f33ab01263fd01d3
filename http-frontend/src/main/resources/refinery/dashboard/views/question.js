// A survey's question: what it asks, what each answer would do, and the answers as buttons.
import {html, useState} from '../lib/html.js';
import {useGet} from '../lib/api.js';
import {Action, pair, refinery} from '../lib/actions.js';
import {Ago, bytes, count, duration} from '../lib/format.js';
import {Loaded} from '../lib/ui.js';
import {SchemaForm, valueOf} from './form.js';

/** An answer as a command. */
const command = (id, answer) => refinery('answer', id, ...Object.entries(answer).map(([name, value]) => pair(name, value)));

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

const known = (value, shown) => (value === null || value === undefined ? html`<span class="muted">unknown</span>` : shown(value));

const hours = value => `${value === 0 ? 0 : value < 10 ? value.toFixed(value < 0.1 ? 3 : 1) : count(Math.round(value))} h`;

/** The question of a survey; onDone after it was answered. */
export function Question({survey, onDone}) {
  const [most, setMost] = useState('');
  const atMost = /^\d{1,9}$/.test(most.trim()) ? most.trim() : undefined;
  const asked = useGet(`/surveys/${survey.id}/question`, {at_most: atMost});
  const plan = survey.question.id === 'plan';
  return html`<div class="question">
    <p class="prompt">${survey.question.prompt}</p>
    <p class="muted">Asked <${Ago} at=${survey.question.asked_at} />; it waits as long as it takes. Without an answer nothing is fetched.</p>
    ${plan ? html`<${Loaded} of=${asked}>${found => html`<${Effects} survey=${survey} effects=${found.effects} onDone=${onDone} />`}<//>
      <label class="inline"><span>Only so many</span> <input type="text" inputmode="numeric" size="8" value=${most} onInput=${event => setMost(event.target.value)} /> <small class="muted">shows what that would do</small></label>`
    : html`<${Other} survey=${survey} onDone=${onDone} />`}
  </div>`;
}

function Effects({survey, effects, onDone}) {
  const money = effects.some(effect => effect.money);
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${`What each answer to ${survey.id} would do`}><table class="plain effects"><thead><tr><th scope="col">Answer</th><th scope="col" class="number">Batches</th><th scope="col" class="number">Download</th>
    <th scope="col" class="number">Cpu</th><th scope="col" class="number">At least</th><th scope="col" class="number">Kept</th>${money && html`<th scope="col" class="number">Money</th>`}</tr></thead>
    <tbody>${effects.map(effect => html`<tr key=${JSON.stringify(effect.answer)}>
      <th scope="row"><${Action} label=${label(effect)} path=${`/surveys/${survey.id}/resume`} body=${{input: effect.answer}} cli=${command(survey.id, effect.answer)} primary=${same(effect.answer, survey.question.default)} onDone=${onDone} />
        ${same(effect.answer, survey.question.default) && html`<span class="muted">the default</span>`}</th>
      <td class="number">${count(effect.batches)}</td><td class="number">${bytes(effect.bytes)}</td>
      <td class="number">${known(effect.cpu_hours, hours)}</td><td class="number" title=${effect.elapsed.basis}>${known(effect.elapsed.seconds, duration)}</td>
      <td class="number">${known(effect.disk.kept, bytes)}</td>
      ${money && html`<td class="number">${known(effect.money?.once, value => `${value.toFixed(2)} ${effect.money.currency}`)}</td>`}</tr>`)}</tbody></table></div>
    <p class="muted">${effects[0]?.elapsed.basis && `Time: ${effects[0].elapsed.basis}.`} Each batch is taken for a mean one of earlier jobs.</p>`;
}

const label = effect => ({all: 'Process all', none: 'Process none'})[effect.answer.take] || `Process ${count(effect.batches)}`;

/** A question that this page does not know: its schema says what an answer is. */
function Other({survey, onDone}) {
  const {schema} = survey.question;
  const [texts, setTexts] = useState({});
  const {value} = valueOf(schema, texts);
  const answer = Object.keys(value).length > 0 ? value : survey.question.default;
  return html`<${SchemaForm} schema=${schema} texts=${texts} onText=${(pointer, text) => setTexts(old => ({...old, [pointer]: text}))} />
    <${Action} label="Answer" primary path=${`/surveys/${survey.id}/resume`} body=${{input: answer}} cli=${command(survey.id, answer)} onDone=${onDone} />`;
}
