package dev.pleas.cli;

import dev.pleas.api.merge.Progress;
import dev.pleas.cli.preflight.Preflight;
import dev.pleas.cli.session.LoadedModel;
import dev.pleas.cli.session.Session;
import dev.pleas.cli.terminal.Terminal;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What the commands have in common: their streams, and the session they work in. */
abstract class PleasCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;

  @Spec private @Nullable CommandSpec spec;

  /** Does the work, in a session that is closed afterwards. */
  abstract void run(Session session);

  /** Returns the exit code after the work is done. */
  int exitCode() {
    return 0;
  }

  @Override
  public final Integer call() {
    try (Session session = Objects.requireNonNull(main).session()) {
      run(session);
      out().flush();
      return exitCode();
    } catch (LinkageError | VirtualMachineError | AssertionError e) {
      // The command line hands exceptions to Failures, but no errors.
      return Failures.report(e, spec().commandLine());
    }
  }

  final CommandSpec spec() {
    return Objects.requireNonNull(spec);
  }

  /** Results go here. */
  final PrintWriter out() {
    return spec().commandLine().getOut();
  }

  /** Progress and messages go here. */
  final PrintWriter err() {
    return spec().commandLine().getErr();
  }

  /**
   * Says why a better backend than the automatically chosen one is not used, where there is one.
   */
  final void explainBackend(Session session, String id, boolean quiet) {
    String why = quiet ? null : session.whyNotBestBackend(id);
    if (why != null) {
      err().println("note: " + why);
      err().flush();
    }
  }

  /** Says on the error stream what was assumed of a network. */
  final void explainNetwork(LoadedModel network, boolean quiet) {
    if (!quiet) {
      network.network().notes().forEach(note -> err().println("note: " + note));
      err().flush();
    }
  }

  /** Says on the error stream how the tensors compare. */
  final void explainPreflight(Preflight preflight, boolean quiet) {
    if (!quiet) {
      err().println(preflight.line());
      err().flush();
    }
  }

  final Progress progress(boolean quiet) {
    return Terminal.progress(err(), quiet);
  }
}
