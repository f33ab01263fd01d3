// Batches.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Batches() {
  return html`<${Page} title="Batches"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/batches', title: 'Batches', view: Batches, nav: true}];
