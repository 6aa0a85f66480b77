package dev.pleas.core.refit;

import dev.pleas.core.moments.LayerMoments;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Moments of a layer, those of some rows apart from the others.
 *
 * @param fitted of the rows to fit on
 * @param validation of the rows to judge on, or null where none are kept apart
 */
record SplitMoments(LayerMoments fitted, @Nullable LayerMoments validation) {
  /** Returns the moments of all rows. */
  LayerMoments all() {
    return validation == null ? fitted : fitted.plus(validation);
  }

  /** Returns the moments of the rows that are held out. */
  LayerMoments heldOut() {
    return Objects.requireNonNull(validation, "no rows were held out");
  }
}
