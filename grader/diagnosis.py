"""Names bugs: which known mistake reproduces the measured numbers.

A key is published as ``diagnosis`` in ``grade.json``; its sentence completes a message, its hint says what to
try. Nothing here decides a verdict. What the numbers of a loss say is in ``formulas``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from grader.model import Fault

# key: (what the numbers say, what to try)
CATALOGUE: dict[str, tuple[str, str]] = {
    "kl_sign_flipped": ("the KL has the wrong sign", "The KL is never negative: check the leading minus and the signs inside."),
    "reported_kl_negated": ("the reported kl is −KL while the total is right", "Return the KL that you add, not its negative."),
    "kl_missing_half": ("the factor ½ is missing (it is twice the KL)", "Multiply the sum by one half."),
    "kl_half_too_many": ("there is one factor ½ too many (it is half of the KL)", "Multiply the sum by one half once."),
    "kl_missing_exp": ("exp is missing: logvar stands where exp(logvar) belongs", "The variance is exp(logvar)."),
    "kl_variance_as_std": ("exp(logvar / 2), the standard deviation, stands where the variance exp(logvar) belongs", "The KL contains σ², which is exp(logvar)."),
    "kl_logvar_as_logstd": ("logvar is used as log σ (exp(2 · logvar) appears)", "logvar is log σ²: the variance is exp(logvar)."),
    "kl_missing_one": ("the constant 1 is missing: at mu = logvar = 0 the KL should be 0", "Write 1 + logvar − mu² − exp(logvar) before −½."),
    "kl_one_sign": ("the constant 1 has the wrong sign or size", "At mu = logvar = 0 the KL has to be 0."),
    "kl_missing_mu": ("mu² is missing", "The KL contains mu²."),
    "kl_mu_not_squared": ("mu is not squared", "The KL contains mu², not mu."),
    "kl_missing_logvar": ("the term logvar is missing", "The KL contains −½ logvar."),
    "kl_missing_variance": ("the term exp(logvar) is missing", "The KL contains ½ exp(logvar)."),
    "kl_term_sign": ("one term has the wrong sign", "Compare signs with ½ (mu² + exp(logvar) − 1 − logvar)."),
    "kl_term_factor": ("one term has a wrong factor", "Each of the four terms has the factor ½."),
    "kl_reversed": ("the divergence is taken the other way round: KL(N(0, I) || q)", "The posterior comes first: KL(q(z|x) || N(0, I))."),
    "kl_mu_logvar_exchanged": ("mu and logvar have changed places in the formula", "mu is squared; logvar goes into exp."),
    "kl_one_latent_only": ("only one latent dimension enters", "Sum over all latent dimensions: dim=1."),
    "kl_one_image_only": ("only one image of the batch enters", "Reduce over the whole batch: dim=0."),
    "kl_logvar_clamped": ("logvar is clamped inside the formula, well within [−15, 15]", "Leave out the clamp: beyond it logvar gets no gradient."),
    "kl_log_of_logvar": ("the logarithm of logvar is taken", "logvar already is a logarithm: the term is −½ logvar."),
    "kl_depends_on_images": ("it depends on the images", "kl is a function of mu and logvar only."),
    "kl_half_on_one_part": ("the factor ½ is missing on one part of it only", "½ stands before all four terms: close the bracket after the last one."),
    "kl_parts_reduced_differently": ("one part of it is summed and another averaged", "One reduction for all four terms: close the bracket after the last one."),
    "kl_constant_added": ("a constant is added to the KL", "At mu = logvar = 0 the KL is 0: leave the constant out."),
    "kl_other_prior": ("it is the divergence from another prior than N(0, I)", "The prior has mean 0 and σ = 1, as the samples that are decoded."),
    "kl_free_bits": ("the KL is not let below a threshold (free bits)", "Return the plain KL: below a threshold it gets no gradient."),
    "kl_capacity": ("a capacity is subtracted from the KL, |KL − C|", "Return the plain KL: the assignment's loss has no capacity."),
    "kl_capped": ("the KL is not let above a threshold", "Return the plain KL: above a threshold it gets no gradient."),
    "kl_root": ("it is the root of the KL", "Leave out the square root."),
    "kl_latent_size_hard_coded": ("it is divided by 20 whatever the latent dimension is", "Average with .mean(), or divide by mu.shape[1], or not at all."),
    "kl_extra_factor": ("there is a factor that no reduction explains", "Sums and means are free; other factors are not: they belong into beta."),
    "kl_not_reduced_over_latents": ("the KL is not reduced to a scalar", "Sum over latent dimensions, then over or mean over the batch."),
    "beta_ignored": ("beta is ignored", "Multiply the KL by beta in the total."),
    "beta_on_recon": ("beta multiplies recon instead of kl", "total = recon + beta · kl."),
    "beta_on_both": ("beta multiplies both terms", "total = recon + beta · kl."),
    "beta_squared": ("beta is applied twice", "Multiply the KL by beta once."),
    "beta_divides": ("the KL is divided by beta", "Multiply the KL by beta."),
    "beta_as_mixture": ("beta is used as a mixture, (1 − beta) · recon + beta · kl", "total = recon + beta · kl."),
    "beta_rescaled": ("beta is multiplied by a number of its own in the total", "total = recon + beta · kl, with beta as it comes."),
    "beta_constant": ("a constant stands in place of beta", "Use the argument beta, not a constant of the module."),
    "beta_not_linear": ("what the KL is multiplied by is not proportional to beta", "total = recon + beta · kl, with beta as it comes."),
    "recon_rescaled_in_total": ("recon enters the total with another factor than it is returned with", "Return the recon that you add up."),
    "total_has_another_term": ("the total holds a term besides recon and beta · kl", "total = recon + beta · kl and nothing else."),
    "kl_subtracted": ("the KL is subtracted", "total = recon + beta · kl: both are losses."),
    "kl_prescaled_by_beta": ("the returned kl already contains beta", "Return the plain KL and apply beta in the total only."),
    "kl_left_out": ("the KL is left out of the total", "total = recon + beta · kl."),
    "recon_left_out": ("recon is left out of the total", "total = recon + beta · kl."),
    "batch_size_in_loss": ("a batch size is written into the loss", "Divide by x.shape[0], not by a number: the last batch of an epoch is smaller."),
    "batch_sum_and_mean_mixed": ("one term is a sum and the other a mean over the batch", "Divide both by the batch size, or neither."),
    "recon_against_itself": ("it compares a tensor with itself", "Compare x_hat with x."),
    "recon_constant": ("it does not depend on x_hat", "Compare x_hat with x."),
    "bce_swapped": ("the arguments of the binary cross-entropy are swapped", "F.binary_cross_entropy takes the prediction first: (x_hat, x)."),
    "bce_with_logits_on_probabilities": ("it applies a sigmoid to x_hat again (BCE with logits on probabilities)", "x_hat already is a probability: use F.binary_cross_entropy."),
    "bce_one_sided": ("only the half x · log(x_hat) of the cross-entropy is there", "Add (1 − x) · log(1 − x_hat)."),
    "recon_root": ("it is the root of the squared error, which does not add up over images and pixels", "Leave out the square root."),
    "recon_other_images": ("x_hat is compared with other images of the batch too", "Compare image i with image i: both of shape [B, 784], or use .view_as(x_hat)."),
    "recon_difference_not_squared": ("differences are added with their signs, so that errors cancel", "Square the difference, or take its absolute value."),
    "recon_target_rounded": ("the target is rounded to 0 and 1", "Compare x_hat with x as it is."),
    "recon_values_clamped": ("images are clamped or smoothed inside the loss", "Compare x_hat with x as they are."),
    "recon_continuous_bernoulli": ("it is the continuous Bernoulli's likelihood, not the cross-entropy", "Leave out its normaliser: use F.binary_cross_entropy."),
    "recon_sigma_fixed": ("it is a Gaussian or Laplace likelihood with a scale other than 1", "σ = 1: the squared error, with ½ or without. Other weights belong into beta."),
    "recon_sigma_learned": ("it is the logarithm of the squared error, a Gaussian likelihood with its best σ", "σ = 1: the squared error, with ½ or without."),
    "recon_two_errors": ("two kinds of error are added", "One of cross-entropy, squared or absolute error."),
    "recon_huber": ("it is a Huber (smooth L1) loss", "One of cross-entropy, squared or absolute error."),
    "recon_target_smoothed": ("the target is smoothed", "Compare x_hat with x as it is."),
    "bce_weighted": ("the two halves of the cross-entropy have different weights", "x · log(x_hat) and (1 − x) · log(1 − x_hat) count the same: leave out the weight."),
    "recon_depends_on_codes": ("it depends on mu or logvar", "recon compares x_hat with x and nothing else."),
    "recon_extra_factor": ("there is a factor that no reduction explains", "Sums and means are free; other factors are not."),
    "log_of_zero": ("log(0) is taken", "Use F.binary_cross_entropy or clamp x_hat."),
    "large_logvar_overflow": ("large logvar overflows", "Use exp(logvar) only."),
    "loss_detached": ("the gradient is cut", "Leave out .detach(), .item() and torch.no_grad()."),
    "gradient_not_of_value": ("a part of the gradient is cut or changed, while the value stays", "Leave out .detach(), .data and hooks in sums and branches: x + (y − x).detach() keeps the value and drops the gradient of y."),
    "gradient_reversed": ("the gradient has the opposite sign of the value's", "Leave out functions and hooks that change gradients on their way back."),
    "straight_through": ("the value moves in steps, and the gradient is passed through as if it did not", "Leave out round, sign and thresholds, and straight-through estimators with them."),
    "recon_cut_off": ("the error is cut off, or bent, where it is large", "Leave out clamp, minimum, log1p and Huber's δ: an image that is quite wrong has to pull hardest."),
    "training_differs": ("training follows another gradient than encode, reparameterize, decode and the loss have", "Look for what happens in training only, at some batch sizes or in some steps: hooks, counters, detached parts."),
    "loss_results_order": ("the three values come in another order than (total, recon, kl)", "Return total first, then recon, then kl."),
    "loss_not_reduced": ("it is not reduced to a scalar", "A sum or a mean over all dimensions."),
    "loss_other_form": ("the result has another form than asked for", "Return (total, recon, kl), or a mapping or object with these names."),
    "loss_not_repeatable": ("the same call gives another value the second time", "A loss is a function of its arguments: no random numbers, no counters."),
    "sigma_is_variance": ("noise does not use exp(logvar/2): σ is exp(logvar), the variance", "σ = exp(logvar / 2)."),
    "sigma_is_raw_logvar": ("noise does not use exp(logvar/2): the second output itself is taken as σ", "σ = exp(logvar / 2)."),
    "sigma_is_half_logvar": ("noise does not use exp(logvar/2): σ is logvar / 2, without exp", "σ = exp(logvar / 2)."),
    "sigma_is_softplus": ("noise does not use exp(logvar/2): σ is softplus(logvar)", "σ = exp(logvar / 2)."),
    "sigma_is_logstd": ("noise does not use exp(logvar/2): σ is exp(2 · logvar)", "σ = exp(logvar / 2)."),
    "sigma_is_precision": ("noise does not use exp(logvar/2): σ is exp(−logvar / 2)", "σ = exp(+logvar / 2)."),
    "sigma_is_root_logvar": ("noise does not use exp(logvar/2): σ is the root of logvar", "σ = exp(logvar / 2)."),
    "sigma_is_one": ("noise does not use exp(logvar/2): σ does not depend on logvar", "z = mu + exp(logvar / 2) · eps."),
    "sigma_is_power_of_two": ("noise does not use exp(logvar/2): σ is 2 to the power of logvar / 2", "σ = exp(logvar / 2), with e as its base."),
    "sigma_capped": ("σ is capped at 1", "σ = exp(logvar / 2), without a bound."),
    "sigma_clamped": ("logvar is clamped well within [−15, 15]", "Do not clamp logvar inside [−15, 15]."),
    "no_noise": ("there is no noise: it returns a fixed function of mu", "z = mu + exp(logvar / 2) · eps with fresh eps."),
    "noise_only_in_training": ("there is noise in train mode only", "Draw noise in eval mode too; use mu where a mean is wanted."),
    "noise_only_in_evaluation": ("there is noise in eval mode only", "Draw noise in train mode too: training is what it is for."),
    "noise_missing_in_dimensions": ("some latent dimensions get no noise", "eps needs the shape of mu: torch.randn_like(mu)."),
    "noise_shared_across_batch": ("noise is shared across the batch: one eps row for all images", "eps needs the shape of mu: torch.randn_like(mu)."),
    "noise_shared_across_latents": ("noise is shared across latent dimensions: one eps per image", "eps needs the shape of mu: torch.randn_like(mu)."),
    "noise_cached": ("the same noise comes back in every call: eps is drawn once and kept", "Draw eps anew in each call."),
    "noise_seed_reset": ("the same noise comes back in every call: a seed is set inside", "Leave seeding to the caller."),
    "noise_uniform": ("the noise is uniform, not normal", "torch.randn, not torch.rand."),
    "noise_scaled": ("the noise is not of unit variance or zero mean", "eps ~ N(0, 1), unscaled."),
    "noise_truncated": ("the noise is cut off", "torch.randn_like(mu), without a clamp."),
    "noise_not_normal": ("the noise is not normal", "torch.randn_like(mu), as it comes."),
    "noise_repeats_within": ("values of the noise repeat within one call", "torch.randn_like(mu): a draw for every element."),
    "noise_standardized": ("the noise is standardized over the batch", "torch.randn_like(mu), as it comes: standardizing ties its elements together."),
    "noise_correlated": ("the draws are not independent of each other", "torch.randn_like(mu): a draw for every element."),
    "noise_other_generator": ("the noise does not come from torch's global generator", "Use torch.randn_like(mu)."),
    "noise_detached": ("the gradient does not flow through the sample", "Use mu + exp(logvar / 2) · eps, or rsample() in place of sample()."),
    "mu_missing": ("mu is not added", "z = mu + exp(logvar / 2) · eps."),
    "mu_scaled": ("mu does not enter as it is: what is left of z without its noise is not mu", "z = mu + exp(logvar / 2) · eps."),
    "mu_logvar_swapped": ("mu and logvar are swapped in the call of reparameterize", "reparameterize(mu, logvar), in this order."),
    "not_written": ("it is not written yet", ""),
    "returns_nothing": ("nothing is returned", "Is its `return` missing, or indented into a branch?"),
    "missing_name": ("a required name is missing", ""),
    "missing_package": ("a package is not installed here", "Use torch, numpy and the standard library; import plotting packages where they are used."),
    "wrong_signature": ("the parameters differ from the assignment's", "Compare the signature with the table in the assignment."),
    "tuned_beta_no_weight": ("TUNED_BETA is not one finite number ≥ 0", "TUNED_BETA = …, the one β that you chose."),
    "syntax_error": ("the file does not parse", "Run `python -m py_compile submission.py`."),
    "undefined_global": ("a global name is used that is not defined on import", "Define constants at the top of the file; in notebooks only plain constants survive."),
    "cuda_hard_coded": ("a GPU is asked for", "Leave out .cuda() and device=\"cuda\": the grader runs on a CPU."),
    "trains_on_import": ("importing it trains", "Put training under `if __name__ == \"__main__\":`."),
    "exits_on_import": ("importing it ends the process", "Leave out exit() and sys.exit()."),
    "input_on_import": ("it asks for input on import", "Nobody can answer: use constants in place of input()."),
    "data_at_import": ("data is loaded on import", "Put loading of data under `if __name__ == \"__main__\":`."),
    "sigmoid_missing": ("the sigmoid is missing", "End the decoder with a sigmoid."),
    "decode_returns_logits": ("decode returns logits, forward applies the sigmoid", "Move the sigmoid to the end of decode: whoever decodes a code wants an image."),
    "decode_on_other_scale": ("decode returns values on another scale, forward brings them to [0, 1]", "Move the last step into decode: whoever decodes a code wants an image."),
    "sigmoid_twice": ("the sigmoid is applied twice", "Apply the sigmoid once."),
    "activation_before_sigmoid": ("another activation stands before the sigmoid", "The layer before the sigmoid is linear: no ReLU, SiLU or softplus between."),
    "softmax_output": ("a softmax runs over the pixels", "Pixels do not compete: use a sigmoid for each."),
    "codes_returned": ("codes are returned, not images", "Return decode(z), not z."),
    "images_changed_after_decoding": ("images are changed after decoding", "Return decode(z) as it is."),
    "output_in_bytes": ("values run to 255", "Values lie in [0, 1]: leave out the factor 255."),
    "output_negative": ("outputs are negative", "End the decoder with a sigmoid."),
    "batch_size_hard_coded": ("a batch size is written into the model", "Use x.shape[0] (or -1) instead of a number."),
    "latent_dim_ignored": ("the latent dimension is written into the model", "Use self.latent_dim instead of a number."),
    "batch_axis_lost": ("the batch axis is lost where there is one image", "Leave out .squeeze(), or name its axis."),
    "surplus_results": ("more values are returned than asked for", "Return what the assignment names and nothing else."),
    "results_not_a_tuple": ("the results come in another form than asked for", "Return a tuple, in the order of the assignment."),
    "layers_do_not_fit": ("two layers or tensors do not fit together", "Print shapes between layers for an image of shape [1, 1, 28, 28]."),
    "wrong_image_shape": ("images are not of 28 × 28 pixels with the batch first", "decode returns [B, 1, 28, 28] or [B, 784]."),
    "wrong_code_shape": ("codes are not of shape [B, D]", "encode returns one number per image and latent dimension."),
    "wrong_number_of_results": ("a result is unpacked into the wrong number of values", "VAE.encode returns (mu, logvar), Autoencoder.encode z alone."),
    "layers_in_plain_list": ("what it computes with is not all in its state dict", "nn.ModuleList or nn.Sequential for layers, register_buffer for tensors."),
    "batch_norm_in_train_mode": ("the output depends on the batch", "Do not call .train() in encode or decode."),
    "batch_statistics": ("other images of the batch enter the result", "Means, norms and softmaxes run over the features (dim=1), not over the batch."),
    "random_in_eval_mode": ("something random, or a count of calls, is at work in eval mode", "nn.Dropout, not F.dropout without training=self.training; layers made in __init__; noise in reparameterize only."),
    "noise_in_encoder": ("encode itself draws noise", "Noise belongs into reparameterize only; encode is a function of its images (dropout of torch's own is free)."),
    "dropout_on_pixels": ("pixels of finished images are dropped at random, so the loss compares with what decode never returns", "Put dropout between layers of the decoder, not behind the last one."),
    "denoising": ("that is a denoising autoencoder, which this course does not ask for", "Encode the images as they are; nn.Dropout in front of a layer is free."),
    "bottleneck_bypassed": ("the image reaches the decoder beside the code", "Decode z and nothing else."),
    "input_changed_in_place": ("an input is changed in place", "Work on a new tensor."),
    "wrong_dtype": ("the dtype is not float32", "Leave out .double() and .half()."),
    "nan_output": ("values are not finite", "Look for log or division at zero."),
    "decodes_mu_in_training": ("the decoder gets mu, not the sample", "x_hat = decode(reparameterize(mu, logvar))."),
    "decoder_ignores_code": ("the decoder ignores z", "The first layer of the decoder has to take z."),
    "code_without_gradient": ("another z gives another image, but no gradient comes back through decode", "Leave out round(), comparisons, .detach() and torch.no_grad() between z and the image."),
    "relu_on_mu": ("mu takes one sign only", "Heads are linear: no ReLU, sigmoid or softplus at their end, no clamp, no large offset."),
    "relu_on_logvar": ("logvar takes one sign only", "Heads are linear: no ReLU, sigmoid or softplus at their end, no clamp, no constant; logvar is log σ², which has both signs, not σ."),
    "mu_bounded": ("mu is squeezed into a small range", "Heads are linear: no tanh and no clamp at their end."),
    "logvar_limited": ("logvar is held within narrower limits than [−15, 15]", "Leave it free, or limit it no narrower than [−15, 15]."),
    "heads_shared": ("mu and logvar come from one layer", "Use two linear layers, one for each."),
    "heads_swapped": ("forward returns mu and logvar in the other order than encode", "Keep the order (x_hat, mu, logvar)."),
    "forward_returns_sigma": ("forward returns σ where logvar belongs", "Return (x_hat, mu, logvar), as encode gave them."),
    "forward_returns_code": ("forward returns the sampled code where mu or logvar belongs", "Return (x_hat, mu, logvar), as encode gave them."),
    "forward_results_order": ("forward returns its results in another order", "The order is (x_hat, mu, logvar)."),
    "forward_draws_otherwise": ("forward's noise is not that of one call of reparameterize(mu, logvar)", "x_hat = self.decode(self.reparameterize(mu, logvar)): no noise of its own, no second draw, no mean of several."),
    "dropout_on_code": ("in training a part of the code is dropped", "No dropout between reparameterize and the decoder."),
    "tuned_beta_collapses": ("TUNED_BETA is so large that the posterior collapses", "Try a smaller beta: the KL should stay above a few nats."),
    "tuned_beta_does_nothing": ("TUNED_BETA is so small that it does nothing", "Try a larger beta: prior samples should look like digits."),
    "not_learning": ("training does not improve the model", "Check that every layer is used, that images reach it on the scale they have, and that weights start neither so small nor "
        "so large that the budget is too short."),
    "image_not_seen": ("encode does not see most of the image", "Check the axes of indexing, slicing and flattening in encode."),
    "kl_does_not_pull": ("in training the KL holds mu and logvar back too little", "Does the gradient of kl reach mu and logvar, with beta, in every step?"),
    "evaluation_differs": ("outside of training encode or decode give something else", "Look at .training, at layers with a mode of their own, and at averages of weights."),
    "images_jump": ("images jump along a path", "Does the decoder round, wrap or compare the code, or multiply it by a large number?"),
    "prior_uniform": ("codes are uniform, not normal", "torch.randn(n, latent_dim), not torch.rand."),
    "prior_zero": ("codes do not vary", "Draw codes with torch.randn(n, latent_dim)."),
    "prior_wrong_scale": ("codes are not of zero mean and unit variance", "The prior is N(0, I): torch.randn, unscaled."),
    "prior_truncated": ("codes are cut off", "torch.randn(n, latent_dim), without a clamp."),
    "prior_repeats": ("the same values come back within the codes", "torch.randn(n, latent_dim): a draw for every image and dimension."),
    "prior_correlated": ("codes depend on each other", "torch.randn(n, latent_dim): a draw for every image and dimension."),
    "prior_not_normal": ("codes are not normal", "torch.randn(n, latent_dim), as it comes."),
    "samples_from_data": ("images are encoded first", "Draw codes from N(0, I); do not encode."),
    "sample_count": ("the number of images is wrong", "Return n images."),
    "sample_seed_reset": ("every call gives the same images", "Draw codes in every call, and do not seed inside sample."),
    "grid_pasted_outside_inner_loop": ("only the last column of tiles is filled", "The paste belongs into the inner loop: indent it."),
    "grid_pasted_outside_outer_loop": ("only the last row of tiles is filled", "The paste belongs into the loop over rows."),
    "grid_transposed": ("rows and columns are exchanged", "Row i has y_i, column j has x_j: decode (x_j, y_i)."),
    "grid_flipped_vertically": ("it is upside down: y grows from top to bottom", "The top row has y = +extent: reverse the y axis."),
    "grid_flipped_horizontally": ("it is mirrored: x shrinks from left to right", "The left column has x = −extent."),
    "grid_rotated": ("its tiles are turned by 90 or 180 degrees", "x grows to the right, y grows upwards."),
    "grid_symmetry": ("its tiles are turned or mirrored", "Row i has y_i (from +extent down), column j has x_j (from −extent)."),
    "grid_image_turned": ("the finished image is turned or mirrored, its tiles with it", "Leave the image as it was pasted."),
    "grid_not_permuted": ("tiles are reshaped to one image without exchanging axes", "tiles.reshape(n, n, 28, 28).permute(0, 2, 1, 3).reshape(n * 28, n * 28)."),
    "grid_not_one_image": ("tiles are returned one by one", "Paste them into one image of n · 28 × n · 28."),
    "grid_rows_alternate": ("every second row runs the other way", "Every row starts at x = −extent."),
    "grid_tiles_overlap": ("tiles are pasted over each other", "Tile (i, j) fills rows 28 i to 28 i + 27 and columns 28 j to 28 j + 27."),
    "grid_padded": ("there are gaps or a border between tiles", "No padding (torchvision's make_grid pads by 2: padding=0)."),
    "grid_range_wrong": ("codes do not run from −extent to +extent", "torch.linspace(-extent, extent, n) on both axes."),
    "grid_spacing_wrong": ("codes are not equally spaced", "torch.linspace(-extent, extent, n) on both axes."),
    "grid_codes_not_on_grid": ("codes do not lie on a grid", "Tile (i, j) decodes (x_j, y_i)."),
    "grid_extent_ignored": ("the extent is ignored", "Use the parameter extent for both axes."),
    "grid_n_ignored": ("n is ignored", "Use the parameter n for the number of tiles."),
    "interpolates_pixels": ("frames are blends of pixels, not of codes", "Encode both images, blend the codes, decode."),
    "alpha_stops_early": ("α stops before 1", "torch.linspace(0, 1, steps) includes both ends."),
    "alpha_starts_late": ("α does not start at 0", "torch.linspace(0, 1, steps) includes both ends."),
    "ends_swapped": ("the path runs from x_end to x_start", "α = 0 is x_start."),
    "ends_are_raw_images": ("the first and last frame are the images themselves", "Decode the codes of both ends too."),
    "interpolates_samples": ("codes are sampled, not means", "For a VAE the code of an image is mu."),
    "interpolates_logvar": ("the path connects the log-variances, not the means", "For a VAE the code of an image is mu, the first of what encode returns."),
    "interpolates_other_codes": ("the ends of the path are not the codes of the images", "For a VAE the code of an image is mu, as encode returns it."),
    "alpha_not_linear": ("α is not equally spaced", "α = linspace(0, 1, steps)."),
    "path_not_straight": ("codes leave the straight line", "z = (1 − α) z_start + α z_end."),
    "one_code_only": ("only one of the codes is weighted", "z = (1 − α) z_start + α z_end."),
    "weights_do_not_add_up": ("the weights of the two codes do not add up to 1", "z = (1 − α) z_start + α z_end."),
    "frame_count": ("the number of frames is wrong", "Return steps frames."),
}  # fmt: skip


def sentence(keys: Sequence[str | None]) -> str:
    """What the numbers say, for one key or for several that hold together."""
    return "; ".join(CATALOGUE[k][0] for k in keys if k in CATALOGUE)


def named(what: str, *keys: str | None) -> str:
    """``what``, completed by what the numbers say where one of ``keys`` is a bug's."""
    text = sentence(keys)
    return f"{what}: {text}" if text else what


def hint(keys: Sequence[str | None]) -> str:
    return " ".join(CATALOGUE[k][1] for k in keys if k in CATALOGUE and CATALOGUE[k][1])


_TURNS = {
    "transposed": lambda t: t.swapaxes(-1, -2),
    "upside down": lambda t: t[..., ::-1, :],
    "mirrored": lambda t: t[..., ::-1],
    "turned by 180 degrees": lambda t: t[..., ::-1, ::-1],
    "turned by 90 degrees": lambda t: np.rot90(t, 1, (-2, -1)),
    "turned by 270 degrees": lambda t: np.rot90(t, 3, (-2, -1)),
    "transposed and turned": lambda t: np.rot90(t.swapaxes(-1, -2), 2, (-2, -1)),
}


def name_turn(got: np.ndarray, want: np.ndarray) -> str:
    """How ``got [..., h, h]`` is ``want`` turned or mirrored; empty if it is not."""
    return next((what for what, turn in _TURNS.items() if np.allclose(got, turn(want), atol=1e-4)), "")


def name_change(got: np.ndarray, want: np.ndarray) -> str:
    """What was done to decoded images ``want [k, 784]`` to give ``got``, in words; empty where nothing fits."""
    if (
        got.ndim < 2
        or got.size != want.size
        or not got.size
        or not (np.isfinite(got).all() and np.isfinite(want).all())
    ):
        return ""
    got, want = got.reshape(len(got), -1).astype(np.float64), want.reshape(len(want), -1).astype(np.float64)
    if got.shape != want.shape or np.ptp(want) < 1e-3 or np.allclose(got, want, atol=2e-4):
        return ""
    low, high = want.min(1, keepdims=True), want.max(1, keepdims=True)
    spread = np.maximum(high - low, 1e-12)
    changes = {
        "put through another sigmoid": 1.0 / (1.0 + np.exp(-want)),
        "cut at one half to 0 and 1": (want > 0.5).astype(np.float64),
        "inverted": 1.0 - want,
        "stretched to the full range each": (want - low) / spread,
        "divided by their largest value each": want / np.maximum(high, 1e-12),
        "stretched to the full range together": (want - want.min()) / np.ptp(want),
        "scaled to 0 … 255": 255.0 * want,
        "in reverse order": want[::-1],
    }
    for what, changed in changes.items():
        if np.allclose(got, changed, atol=1e-4 * max(1.0, float(np.abs(changed).max()))):
            return what
    if want.shape[1] == 784 and (turn := name_turn(got.reshape(-1, 28, 28), want.reshape(-1, 28, 28))):
        return f"{turn} each"
    if _drawn(got, want):
        return "drawn as black or white at random, with these values for probabilities"
    off = want - want.mean()
    slope = float((off * got).sum() / (off**2).sum())
    shift = float(got.mean() - slope * want.mean())
    if abs(slope) > 1e-3 and np.allclose(got, slope * want + shift, atol=1e-4):
        return f"multiplied by {slope:.3g} and shifted by {shift:.3g}"
    return ""


def _drawn(got: np.ndarray, want: np.ndarray) -> bool:
    """Whether ``got`` may be a draw of 0 and 1 with the probabilities ``want``.

    Sums over what is brighter and over what is darker than one half lie within six standard deviations.
    """
    if not np.isin(got, (0.0, 1.0)).all() or want.min() < 0.0 or want.max() > 1.0:
        return False
    bright, spread = want > 0.5, want * (1.0 - want)
    for part in (bright, ~bright):
        if abs(float((got - want)[part].sum())) > 6.0 * math.sqrt(float(spread[part].sum())) + 1e-9:
            return False
    return True


_SIGMAS = {
    "sigma_is_variance": lambda c: math.exp(c),
    "sigma_is_raw_logvar": lambda c: c,
    "sigma_is_half_logvar": lambda c: c / 2,
    "sigma_is_logstd": lambda c: math.exp(2 * c),
    "sigma_is_precision": lambda c: math.exp(-c / 2),
    "sigma_is_softplus": lambda c: math.log1p(math.exp(c)),
    "sigma_is_root_logvar": lambda c: math.sqrt(c) if c >= 0 else math.nan,
    "sigma_is_root_logvar ": lambda c: math.sqrt(abs(c)),
    "sigma_is_power_of_two": lambda c: 2 ** (c / 2),
    "sigma_capped": lambda c: min(math.exp(c / 2), 1.0),
    "sigma_is_one": lambda c: 1.0,
}


def name_sigma(sigma: dict[str, float] | None) -> list[str]:
    """Which function of logvar the measured sigma is, up to the 3 % that its own scale is known to."""
    if not sigma:
        return []
    at = {float(k): v for k, v in sigma.items()}
    reference = next((c for c in (1.0, 2.0) if at.get(c)), None)
    if reference is None:
        return []
    for key, f in _SIGMAS.items():
        want = {c: f(c) for c in at}
        if not math.isfinite(want[reference]) or want[reference] == 0:
            continue
        known = {c: v for c, v in want.items() if math.isfinite(v)}
        if len(known) < len(at) and any(math.isfinite(at[c]) for c in at if c not in known and c in at):
            continue
        unit = at[reference] / want[reference]
        shape = all(abs(at[c] / unit - v) < 1e-3 * max(1.0, abs(v)) for c, v in known.items() if c in at)
        if shape and abs(abs(unit) - 1.0) < 0.1:
            return [key.strip()]
    return []


_FIT = re.compile(
    r"shapes cannot be multiplied|must match the size|size mismatch|expected input\[|Given groups=|Given normalized_shape|is invalid for input of size"
)
_NAME = re.compile(r"^NameError: name '(\w+)' is not defined")


def name_fault(fault: Fault, loading: bool = False) -> str | None:
    """The likely bug behind an exception, from its text; a submission that never finishes loading trains."""
    text = fault.message
    if loading and fault.kind == "timeout" and fault.got != "asleep":
        return "trains_on_import"
    if "SyntaxError" in text or "IndentationError" in text or "TabError" in text:
        return "syntax_error"
    if "UnicodeDecodeError" in text and not fault.where:
        return "syntax_error"
    if "ModuleNotFoundError" in text:
        return "missing_package"
    if "not compiled with CUDA" in text or "CUDA" in text or "NVIDIA" in text:
        return "cuda_hard_coded"
    if "Expected more than 1 value per channel" in text:
        return "batch_norm_in_train_mode"
    if "FileNotFoundError" in text or "URLError" in text or "Dataset not found" in text:
        return "data_at_import"
    if _NAME.match(text) or "NameError" in text:
        return "undefined_global"
    if loading and text.startswith("SystemExit"):
        return "exits_on_import"
    if loading and text.startswith("EOFError"):
        return "input_on_import"
    if fault.kind == "unwritten":
        return "not_written"
    if " returned NoneType" in text:
        return "returns_nothing"
    if text.startswith(("vae_loss returned", "ae_loss returned")):
        return "loss_other_form"
    if "values to unpack" in text:
        return "wrong_number_of_results"
    if text.startswith("RuntimeError") and _FIT.search(text):
        return "layers_do_not_fit"
    return None


def fault_hint(fault: Fault) -> str:
    """What to try after a fault, in one or two sentences."""
    key = name_fault(fault)
    if key:
        return CATALOGUE[key][1]
    if fault.kind == "timeout" and fault.got == "asleep":
        return "Look for a sleep, a lock or a queue that nobody serves, or a wait for the network or the keyboard."
    if fault.kind == "timeout":
        return "Look for a loop that does not end, training on import, or work that grows with the input."
    if fault.kind == "memory":
        return "Look for tensors that grow: batch × batch products, lists of graphs, very wide layers."
    if fault.kind == "crashed":
        return "The process ended by itself: look for os._exit, sys.exit, deep recursion or processes of your own."
    if "Permission" in fault.message or "URLError" in fault.message or "Operation not permitted" in fault.message:
        return 'There is no network and nothing can be written here: load data only under `if __name__ == "__main__":`.'
    return (
        "Call it by hand on random input of the shapes in the assignment, and print what goes into the line that stops."
    )
