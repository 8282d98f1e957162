// Paying by Stripe: the card is typed into a frame of theirs, and only what they call it comes here.
//
// Forms for a card, and forms that go on with what a bank asks for, come and go as the page is kept
// up to date; each is brought to life when it appears.
const stripe = globalThis.Stripe?.(document.querySelector("script[data-stripe-key]").dataset.stripeKey);

/** Submit the form once `ask` has found nothing wrong; say what is wrong, and let try again. */
function submitAfter(form, ask) {
  const button = form.querySelector("button");
  const fault = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    fault.hidden = true;
    const { error } = await ask();
    if (!error) return form.submit();
    fault.textContent = error.message;
    fault.hidden = false;
    button.disabled = false;
  });
}

function takeCard(form) {
  const place = form.querySelector(".card-field");
  const { color, fontFamily, fontSize } = getComputedStyle(place);
  const card = stripe.elements().create("card", { style: { base: { color, fontFamily, fontSize } } });
  card.mount(place);
  submitAfter(form, async () => {
    const { paymentMethod, error } = await stripe.createPaymentMethod({ type: "card", card });
    form.elements.payment_method.value = paymentMethod?.id ?? "";
    return { error };
  });
}

function goOn(form) {
  submitAfter(form, () => stripe.handleNextAction({ clientSecret: form.dataset.stripeSecret }));
}

const KINDS = { "form[data-stripe-card]": takeCard, "form[data-stripe-secret]": goOn };
const alive = new WeakSet();

function bringToLife() {
  for (const [selector, begin] of Object.entries(KINDS))
    for (const form of document.querySelectorAll(selector)) {
      if (alive.has(form)) continue;
      alive.add(form);
      begin(form);
    }
}

if (stripe) {
  bringToLife();
  new MutationObserver(bringToLife).observe(document.querySelector("main"), { childList: true, subtree: true });
}
