// Signing in with a token; the node keeps it in a cookie that scripts cannot read.
import {html, useState} from '../lib/html.js';
import {post} from '../lib/api.js';
import {useQuery} from '../lib/router.js';
import {Page, Problem} from '../lib/ui.js';

/** Only a path of this server is gone to. */
const safe = next => (/^\/(?![/\\])/.test(next || '') ? next : '/');

function SignIn() {
  const [query] = useQuery();
  const [token, setToken] = useState('');
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const enter = async event => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await post('/session', {token: token.trim()});
      // Loaded anew: what this tab remembers may be another person's.
      location.replace(safe(query.next));
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  return html`<${Page} title="Sign in">
    <form class="panel signin" onSubmit=${enter}>
      <p>This node takes requests from those who know one of its tokens. <code>refinery token create NAME --scope read|operate|admin</code> makes one.
        On the node's own machine its owner finds one in the file <code>token</code> in the node's directory. <code>refinery login ${location.origin}</code> keeps one for commands.</p>
      <label class="field"><span>Token</span><input type="password" name="token" autocomplete="current-password" required value=${token} onInput=${event => setToken(event.target.value)} /></label>
      <${Problem} error=${error} />
      <div class="actions end"><button class="primary" disabled=${busy || !token.trim()}>Sign in</button></div>
    </form><//>`;
}

export const routes = [{path: '/signin', title: 'Sign in', view: SignIn, nav: false}];
