// Schedules.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Schedules() {
  return html`<${Page} title="Schedules"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/schedules', title: 'Schedules', view: Schedules, nav: true}];
