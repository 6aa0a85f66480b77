package dev.pleas.cpu.nd4j;

import dev.pleas.cpu.tensor.Parallel;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.openblas.presets.openblas;
import org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu;

/**
 * ND4J's native library, loaded once and called without ND4J's Java arrays: those leave native
 * memory to the garbage collector, and setting them up takes seconds.
 */
final class Nd4jLibrary {
  private static final class Holder {
    static final Nd4jLibrary LOADED = new Nd4jLibrary();
  }

  private final Nd4jCpu operations;
  private final String version;

  private Nd4jLibrary() {
    Loader.load(openblas_nolapack.class);
    operations = new Nd4jCpu();
    if (!operations.isMinimalRequirementsMet()) {
      throw new UnsatisfiedLinkError(
          "the native library needs instructions that this processor does not have");
    }
    operations.initializeDevicesAndFunctions();
    operations.setOmpNumThreads(Parallel.threads());
    openblas.blas_set_num_threads(Parallel.threads());
    String found = Nd4jCpu.class.getPackage().getImplementationVersion();
    version = found == null ? "1.0.0-M2.1" : found;
  }

  /**
   * Returns the library, loading it the first time.
   *
   * @throws LinkageError if it cannot be loaded
   */
  static Nd4jLibrary load() {
    return Holder.LOADED;
  }

  /** Returns the library's operations. */
  Nd4jCpu operations() {
    return operations;
  }

  /** Returns ND4J's version. */
  String version() {
    return version;
  }
}
