package dev.pleas.cli.terminal;

import dev.pleas.api.merge.Progress;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What this process may show on its standard streams. */
public final class Terminal {
  /** Set by the launcher, which can ask: {@code true} when standard error is a terminal. */
  private static final String ERROR_IS_TERMINAL = "pleas.terminal";

  private Terminal() {}

  /**
   * Returns the encoding of the standard streams: the terminal's own where there is one that says
   * more than ASCII, and UTF-8 for files and pipes.
   */
  public static Charset charset() {
    @Nullable Console console = console();
    return console == null || console.charset().equals(StandardCharsets.US_ASCII)
        ? StandardCharsets.UTF_8
        : console.charset();
  }

  /** Returns whether standard error is a terminal that can redraw a line. */
  public static boolean live() {
    return live(System.getenv(), System.getProperty(ERROR_IS_TERMINAL), console() != null);
  }

  static boolean live(Map<String, String> environment, @Nullable String asked, boolean console) {
    return !"dumb".equals(environment.get("TERM"))
        && (asked == null ? console : Boolean.parseBoolean(asked));
  }

  /**
   * Returns progress for people: bars on a terminal, lines elsewhere, nothing when quiet.
   *
   * @param err gets lines and notes
   */
  public static Progress progress(PrintWriter err, boolean quiet) {
    if (quiet) {
      return Progress.NONE;
    }
    return live() ? new ProgressBars(err) : new ProgressLines(err, System::nanoTime);
  }

  /** The console when standard input and output are a terminal, or null. */
  @SuppressWarnings("SystemConsoleNull") // Java 22 and newer are asked with isTerminal.
  private static @Nullable Console console() {
    @Nullable Console console = System.console();
    if (console == null) {
      return null;
    }
    try {
      Object terminal = Console.class.getMethod("isTerminal").invoke(console);
      return Boolean.TRUE.equals(terminal) ? console : null;
    } catch (NoSuchMethodException e) {
      return console; // Before Java 22 there is a console only on a terminal.
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }
}
