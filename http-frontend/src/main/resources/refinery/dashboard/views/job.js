// Job.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Job() {
  return html`<${Page} title="Job"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/jobs/{id}', title: 'Job', view: Job, nav: false}];
