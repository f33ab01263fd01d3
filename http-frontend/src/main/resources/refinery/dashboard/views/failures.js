// Failures.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Failures() {
  return html`<${Page} title="Failures"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/failures', title: 'Failures', view: Failures, nav: true}];
