package dev.pleas.cpu.nd4j;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.error.ProviderException;
import dev.pleas.api.provider.Availability;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;

/** Offers the backend {@code nd4j}: native libraries, fast, on the common platforms. */
public final class Nd4jBackendProvider implements TensorBackendProvider {
  /** For {@link java.util.ServiceLoader}. */
  public Nd4jBackendProvider() {}

  @Override
  public String id() {
    return "nd4j";
  }

  @Override
  public String description() {
    return "native libraries of ND4J: oneDNN and OpenBLAS";
  }

  @Override
  public int priority() {
    return 100;
  }

  @Override
  public int apiVersion() {
    return API_VERSION;
  }

  @Override
  public Availability probe() {
    try {
      return NativeProbe.probe(
          Loader.getPlatform(),
          name -> Nd4jBackendProvider.class.getClassLoader().getResource(name) != null,
          () -> NativeProbe.cpuFlags(Path.of("/proc/cpuinfo")));
    } catch (LinkageError | RuntimeException e) {
      return new Availability.Unavailable(
          "ND4J's Java classes cannot be used: " + e, "add nd4j-native and javacpp jars to lib/");
    }
  }

  @Override
  public TensorBackend create() {
    try {
      return new Nd4jBackend(Nd4jLibrary.load());
    } catch (LinkageError | RuntimeException e) {
      Throwable cause = e.getCause();
      throw new ProviderException(
          "the native library of backend nd4j cannot be loaded: "
              + (e instanceof ExceptionInInitializerError && cause != null ? cause : e)
              + "; choose the pure-Java backend with --backend ejml",
          e);
    }
  }
}
