// The functions of the format "Proxy Auto-Configuration", as Netscape defined it and browsers keep it.
// `ask` looks a name up and gives an IPv4 address or null; `ours` is this computer's address.
(ask, ours) => {
  "use strict";
  const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
  const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
  // A script asks for the same name rule by rule.
  const known = new Map();

  /** The four octets of an IPv4 address; null for what is none. */
  const octets = (text) => {
    const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
    const numbers = found && found.slice(1).map(Number);
    return numbers && numbers.every((octet) => octet <= 255) ? numbers : null;
  };
  const number = ([a, b, c, d]) => (a << 24) | (b << 16) | (c << 8) | d;

  /** Now, by the clock of this computer or, where the last word says so, of Greenwich. */
  const now = (words) => {
    const gmt = words.at(-1) === "GMT";
    const date = new Date();
    const part = (name) => date[`get${gmt ? "UTC" : ""}${name}`]();
    return { words: gmt ? words.slice(0, -1) : words, part };
  };
  /** Both ends count; a range that ends before it begins goes over the turn of week, year or day. */
  const between = (first, at, last) =>
    first <= last ? first <= at && at <= last : at >= first || at <= last;

  const functions = {
    isPlainHostName: (host) => !/[.:]/.test(host),
    dnsDomainIs: (host, domain) => String(host).endsWith(domain),
    localHostOrDomainIs: (host, name) => host === name || String(name).startsWith(`${host}.`),
    isResolvable: (host) => functions.dnsResolve(host) !== null,
    isInNet: (host, pattern, mask) => {
      const [address, net, bits] = [functions.dnsResolve(host), pattern, mask].map(octets);
      return Boolean(address && net && bits) && (number(address) & number(bits)) === (number(net) & number(bits));
    },
    dnsResolve: (host) => {
      const name = String(host);
      if (octets(name)) return name;
      if (!known.has(name)) known.set(name, ask(name) ?? null);
      return known.get(name);
    },
    convert_addr: (address) => number(octets(address) ?? [0, 0, 0, 0]),
    myIpAddress: () => ours,
    dnsDomainLevels: (host) => String(host).split(".").length - 1,
    // Without an expression that could take for ever: only the last star is ever tried again.
    shExpMatch: (text, pattern) => {
      const [letters, signs] = [String(text), String(pattern)];
      let [letter, sign, star, from] = [0, 0, -1, 0];
      while (letter < letters.length) {
        if (signs[sign] === "*") {
          star = sign++;
          from = letter;
        } else if (signs[sign] === "?" || signs[sign] === letters[letter]) {
          sign++;
          letter++;
        } else if (star >= 0) {
          sign = star + 1;
          letter = ++from;
        } else {
          return false;
        }
      }
      while (signs[sign] === "*") sign++;
      return sign === signs.length;
    },
    weekdayRange: (...range) => {
      const { words, part } = now(range);
      const [first, last = first] = words.map((word) => DAYS.indexOf(word));
      return first >= 0 && last >= 0 && between(first, part("Day"), last);
    },
    dateRange: (...range) => {
      const { words, part } = now(range);
      // Each word is a month, a year or a day, by its look; both ends have the same.
      const unit = (word) => (MONTHS.includes(word) ? "Month" : Number(word) > 31 ? "FullYear" : "Date");
      const weight = { FullYear: 10000, Month: 100, Date: 1 };
      const value = (word) => (MONTHS.includes(word) ? MONTHS.indexOf(word) : Number(word));
      const moment = (words) => words.reduce((sum, word) => sum + value(word) * weight[unit(word)], 0);
      const half = words.length === 1 ? 1 : words.length / 2;
      const [first, last] = [words.slice(0, half), words.slice(-half)];
      const units = first.map(unit);
      if (!Number.isInteger(half) || half < 1 || units.join() !== last.map(unit).join()) return false;
      const at = units.reduce((sum, name) => sum + part(name) * weight[name], 0);
      return between(moment(first), at, moment(last));
    },
    timeRange: (...range) => {
      const { words, part } = now(range);
      const [a, b, c, d, e, f] = words.map(Number);
      const second = (hour, minute, second) => hour * 3600 + minute * 60 + second;
      const at = second(part("Hours"), part("Minutes"), part("Seconds"));
      switch (words.length) {
        case 1:
          return between(second(a, 0, 0), at, second(a, 59, 59));
        case 2:
          return between(second(a, 0, 0), at, second(b, 59, 59));
        case 4:
          return between(second(a, b, 0), at, second(c, d, 59));
        case 6:
          return between(second(a, b, c), at, second(d, e, f));
        default:
          return false;
      }
    },
    alert: () => {},
  };
  Object.assign(globalThis, functions);
  // The C library reads the time zone at the first question for it, from a file that is out of reach
  // once the process is enclosed.
  new Date().getTimezoneOffset();
};
