// Batch.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Batch() {
  return html`<${Page} title="Batch"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/batches/{id}', title: 'Batch', view: Batch, nav: false}];
