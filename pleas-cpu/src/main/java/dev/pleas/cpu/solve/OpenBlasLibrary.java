package dev.pleas.cpu.solve;

import dev.pleas.api.provider.Availability;
import java.util.Properties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;

/**
 * Whether OpenBLAS can be loaded. Looks for the files first, because the loader's own message does
 * not name the jar that is missing; then loads them, because nothing less tells whether they fit
 * this system (a C library that is too old or another one, for instance). The JVM loads a library
 * once, so only the first call takes more than a moment.
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
    return new Availability.Available("OpenBLAS for " + name);
  }
}
