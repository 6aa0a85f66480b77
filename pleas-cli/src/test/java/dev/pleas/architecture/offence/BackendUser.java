package dev.pleas.architecture.offence;

import dev.pleas.api.match.MatcherProvider;
import dev.pleas.cpu.match.JonkerVolgenantProvider;

/** Sees a backend's class, which only the command may, and a contract, which all but those may. */
final class BackendUser {
  final MatcherProvider matcher = new JonkerVolgenantProvider();
}
