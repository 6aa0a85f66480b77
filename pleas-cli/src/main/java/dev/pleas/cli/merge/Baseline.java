package dev.pleas.cli.merge;

import dev.pleas.cli.evaluation.Score;
import java.util.List;

/**
 * A network that a merged one is compared with: a source, or another way to make one of them.
 *
 * @param name what a person calls it
 * @param evaluation its accuracy
 */
public record Baseline(String name, List<Score> evaluation) {}
