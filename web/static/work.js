// Computes what a form without an account asks for, while it is filled in: a number that gives the SHA-256 of the task
// and the number so many leading zero bits. It is written out here because crypto.subtle is not there without HTTPS.
const form = document.querySelector("form[data-work]");
const [word] = form.elements._task.value.split(".");
const bits = Number(form.dataset.work);
const note = form.querySelector("[data-working]");
form.querySelector("[data-without]").hidden = true;
let number = 0;
let isAwaited = false;

// The constants of FIPS 180-4: fractions of the roots of the first primes.
const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
const fraction = (root) => ((root % 1) * 2 ** 32) | 0;
const K = primes.map((prime) => fraction(Math.cbrt(prime)));
const H = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));

// The first 32 bits of the SHA-256 of at most 55 ASCII signs, which are one block.
const w = new Int32Array(64);
const turn = (x, by) => (x >>> by) | (x << (32 - by));
function start(text) {
  w.fill(0, 0, 16);
  for (let i = 0; i < text.length; i++) w[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8);
  w[text.length >> 2] |= 0x80 << (24 - (text.length % 4) * 8);
  w[15] = text.length * 8;
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15];
    const b = w[i - 2];
    w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = H;
  for (let i = 0; i < 64; i++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  return (a + H[0]) | 0;
}

// In slices, so that the page answers whoever types.
function work() {
  const until = performance.now() + 12;
  while (performance.now() < until) {
    for (let i = 0; i < 50; i++, number++) {
      if (Math.clz32(start(`${word}:${number}`)) < bits) continue;
      form.elements._work.value = number;
      if (isAwaited) form.submit();
      return;
    }
  }
  setTimeout(work);
}

form.addEventListener("submit", (event) => {
  if (form.elements._work.value) return;
  event.preventDefault();
  isAwaited = true;
  note.hidden = false;
});
work();
