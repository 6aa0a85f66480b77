package dev.pleas.cli.merge;

import dev.pleas.models.data.DataSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Labelled images to measure accuracy on.
 *
 * @param name what a person calls them
 * @param data the images
 * @param head the output to look at: a source's name, for only it has learned this task, or one of
 *     its outputs, {@code NAME-OUTPUT}; null when every source has, and the network has one output
 * @param joint whether all heads answer together, over the union of their classes
 * @param dataClasses names of the data's classes by label, or null
 */
public record EvaluationPlan(
    String name,
    DataSpec data,
    @Nullable String head,
    boolean joint,
    @Nullable List<String> dataClasses) {}
