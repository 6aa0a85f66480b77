package dev.pleas.core.refit;

import dev.pleas.core.moments.Walker;

/**
 * The three networks, walked in step.
 *
 * @param a the first source
 * @param b the second source
 * @param merged the merged network
 */
record Walkers(Walker a, Walker b, Walker merged) {}
