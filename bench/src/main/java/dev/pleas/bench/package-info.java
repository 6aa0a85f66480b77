/**
 * Benchmarks. A {@link dev.pleas.bench.Task} is one piece of work on one implementation; the JMH
 * benchmarks and the {@link dev.pleas.bench.Worker} that is compared with Python both run tasks.
 */
@NullMarked
package dev.pleas.bench;

import org.jspecify.annotations.NullMarked;
