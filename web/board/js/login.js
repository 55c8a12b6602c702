// Signing in: the whole screen at the start, a dialog over the work when a log-in ran out.

import { html, useEffect, useRef, useState } from "preact";
import { sentence, session, signIn, signOut } from "./api.js";
import { useStore } from "./store.js";
import { config, LANGUAGES, language, speak, t } from "./words.js";

/** @param {{done?: () => void, email?: string}} props email: who has to sign in again */
function LogInForm({ done, email = "" }) {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  useEffect(() => /** @type {HTMLElement | null | undefined} */ (form.current?.querySelector(email ? "[name=password]" : "[name=identity]"))?.focus(), []);
  const submit = async (/** @type {SubmitEvent} */ e) => {
    e.preventDefault();
    const typed = new FormData(/** @type {HTMLFormElement} */ (e.target));
    setBusy(true);
    setWrong("");
    try {
      await signIn(String(typed.get("identity")).trim(), String(typed.get("password")));
      done?.();
    } catch (err) {
      setWrong(sentence(err));
      /** @type {HTMLElement | null | undefined} */ (form.current?.querySelector(email ? "[name=password]" : "input"))?.focus();
    }
    setBusy(false);
  };
  return html`<form class="stack" ref=${form} onSubmit=${submit} aria-busy=${busy ? "true" : "false"}>
    <label class="field"><span>${t("email")}</span>
      <input name="identity" type="email" autocomplete="username" required defaultValue=${email} value=${email || undefined} readOnly=${Boolean(email)} aria-describedby=${wrong ? "login-wrong" : null} /></label>
    <label class="field"><span>${t("password")}</span>
      <input name="password" type="password" autocomplete="current-password" required autofocus=${Boolean(email)} aria-describedby=${wrong ? "login-wrong" : null} /></label>
    <p id="login-wrong" class="wrong" role="alert">${wrong}</p>
    <button type="submit" class="main wide" disabled=${busy}>${busy ? t("signing_in") : t("sign_in")}</button>
  </form>`;
}

/** The screen before anybody is signed in. */
export function LogIn() {
  return html`<main class="login">
    <div class="card">
      <h1><img src="/board/icon.svg" alt="" width="40" height="40" /><span>Xuncha <span lang="zh-CN">巡查</span></span></h1>
      <p class="muted">${t("board_is")}</p>
      <${LogInForm} />
      ${config.demo && html`<p class="muted small"><a href="/">${t("demo_logins")}</a></p>`}
      <p class="languages small">${LANGUAGES.map((l) => html`<button type="button" class="plain" lang=${l} aria-pressed=${language.get().code === l ? "true" : "false"}
        onClick=${() => speak(l)}>${l === "en" ? "English" : "中文"}</button>`)}</p>
    </div>
  </main>`;
}

/** Over the work of somebody whose log-in ran out; what was typed stays behind it. */
export function LogInAgain() {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const disabled = useStore(session, (s) => s.disabled);
  useEffect(() => box.current?.showModal(), []);
  return html`<dialog ref=${box} class="small-dialog" aria-labelledby="again" onCancel=${(/** @type {Event} */ e) => e.preventDefault()}>
    <div class="frame"><header><h2 id="again">${t(disabled ? "shut_out" : "log_in_again")}</h2></header>
      <div class="body stack"><p class="muted">${t(disabled ? "shut_out_note" : "log_in_again_note")}</p><${LogInForm} email=${session.get().user?.email ?? ""} />
        <p class="small"><button type="button" class="plain" onClick=${signOut}>${t("other_user")}</button></p></div></div>
  </dialog>`;
}
