package dev.pleas.cpu.solve;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;
import java.util.Arrays;
import java.util.Properties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;

/**
 * Whether OpenBLAS can be loaded. Looks for the files first, because the loader's own message does
 * not name the jar that is missing; then loads them, because nothing less tells whether they fit
 * this system (a C library that is too old or another one, for instance); then solves one small
 * system, because a library may load and compute nonsense. The JVM loads a library once, so only
 * the first call takes more than a moment.
 */
final class OpenBlasLibrary {
  private static final String[] ARTIFACTS = {"javacpp", "openblas"};

  private OpenBlasLibrary() {}

  static Availability availability() {
    try {
      return load(Loader.loadProperties());
    } catch (RuntimeException | LinkageError e) {
      return new Availability.Unavailable(
          "OpenBLAS cannot be loaded: " + e, "use the solver ejml, which needs no native library");
    }
  }

  /**
   * @param platform what JavaCPP knows of this machine: its name, how library files are named
   */
  static Availability load(Properties platform) {
    String name = platform.getProperty("platform");
    for (String artifact : ARTIFACTS) {
      String file =
          "org/bytedeco/"
              + artifact
              + "/"
              + name
              + "/"
              + platform.getProperty("platform.library.prefix")
              + "jni"
              + artifact
              + platform.getProperty("platform.library.suffix");
      // Not the class's own getResource: on the module path that looks into its own jar alone.
      if (OpenBlasLibrary.class.getClassLoader().getResource(file) == null) {
        return new Availability.Unavailable(
            "there is no native " + artifact + " library for " + name + " on the classpath",
            "add the jar "
                + artifact
                + "-<version>-"
                + name
                + ".jar of org.bytedeco, or use the"
                + " solver ejml");
      }
    }
    Loader.load(openblas.class);
    return solves(new OpenBlasSolver())
        ? new Availability.Available("OpenBLAS for " + name)
        : new Availability.Unavailable(
            "the OpenBLAS on the classpath solves a test system wrongly on this processor (version"
                + " 0.3.19 does with AVX-512)",
            "use org.bytedeco:openblas of version 0.3.26-1.5.10 or newer, or the solver ejml");
  }

  /**
   * Returns whether a solver's answer to a small system is right: G = J, all ones, a ridge of 2 and
   * a right-hand side made from whole numbers X, 2·X + J·X. The system is larger than the blocks
   * that kernels for small matrices handle at once (8, 16 and 32), and no multiple of them.
   */
  static boolean solves(LeastSquaresSolver solver) {
    int p = 77;
    int q = 5;
    double[] gram = new double[p * p];
    Arrays.fill(gram, 1);
    double[] x = new double[p * q];
    double[] right = new double[p * q];
    for (int j = 0; j < q; j++) {
      double sum = 0;
      for (int i = 0; i < p; i++) {
        x[i * q + j] = (i * 7 + j * 3) % 11 - 5;
        sum += x[i * q + j];
      }
      for (int i = 0; i < p; i++) {
        right[i * q + j] = 2 * x[i * q + j] + sum;
      }
    }
    double[] ridge = new double[p];
    Arrays.fill(ridge, 2);
    Solution solution =
        solver.solve(
            new NormalEquations(
                Matrix.wrap(p, p, gram),
                Matrix.wrap(p, q, right),
                Matrix.wrap(p, q, new double[p * q]),
                ridge));
    if (!(solution instanceof Solution.Solved solved)) {
      return false;
    }
    double largest = 0;
    for (int k = 0; k < x.length; k++) {
      largest = Math.max(largest, Math.abs(solved.x().values()[k] - x[k]));
    }
    return largest < 1e-9;
  }
}
