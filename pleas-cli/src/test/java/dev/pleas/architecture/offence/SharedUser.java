package dev.pleas.architecture.offence;

import dev.pleas.backend.cholesky.Residual;

/** Sees what backends share, which only they and the command may. */
final class SharedUser {
  final Class<?> shared = Residual.class;
}
