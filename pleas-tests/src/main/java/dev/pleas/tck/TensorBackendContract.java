package dev.pleas.tck;

/**
 * What every tensor backend keeps: rules {@code tensor201} and on of {@code docs/spi.md}. Results
 * are compared with the definitions in float64 ({@link dev.pleas.tck.reference.Plain}), each
 * element within the error that float32 arithmetic may have there. An author writes
 *
 * <pre>{@code
 * class MyBackendContractTest extends TensorBackendContract {
 *   @Override
 *   protected TensorBackendProvider provider() {
 *     return new MyBackendProvider();
 *   }
 * }
 * }</pre>
 *
 * <p>and overrides {@link #tolerance()} if the hardware computes with less than float32. Where the
 * provider says that it cannot be used, every test is skipped with its reason. Threads are tested
 * where {@link dev.pleas.api.backend.TensorBackend#concurrent()} declares them.
 */
public abstract class TensorBackendContract extends GraphRules {
  /** For subclasses. */
  protected TensorBackendContract() {}
}
