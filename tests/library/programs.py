"""What is run with PyTorch and with hodiff: expressions over arrays, and whole programs.

A line of EXPRESSIONS is an expression over the module torch and the tensors x, y, z, and after
each `;` an input: its name, its shape (2x3; - for a scalar) and, where the function needs one,
its kind. run() gives its values, its flags, and the first and second derivatives of a fixed
weighted sum of its results.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

EXPRESSIONS = """
# reductions
torch.sum(x) ; x=2x3
torch.sum(x) ; x=-
torch.sum(x, dim=0) ; x=2x3
torch.sum(x, axis=1, keepdim=True) ; x=2x3
torch.sum(x, dim=(0, -1)) ; x=2x3x2
x.sum(dim=-1)**2 ; x=2x3
torch.sum(x) ; x=0
torch.sum(x, dim=0) ; x=0x3
torch.mean(x**2) ; x=2x3
x.mean(dim=1, keepdim=True)*x ; x=2x3
torch.prod(x) ; x=7
torch.prod(x, dim=1) ; x=2x5
torch.prod(x, dim=0, keepdim=True) ; x=3x2
torch.prod(x) ; x=4 zeros
torch.prod(x) ; x=0
torch.prod(x) ; x=-
torch.amax(x, dim=1) ; x=2x3
torch.amax(x, dim=(0, 2))**2 ; x=2x3x2
torch.amin(x, dim=0, keepdim=True)*x ; x=2x3
torch.amax(x, dim=0)**2 ; x=3x4 ties
torch.amin(x, dim=1) ; x=3x4 ties
torch.max(x)**2 ; x=3x4
torch.max(x)**2 ; x=3x4 ties
torch.min(x) ; x=3x4
torch.max(x, dim=1).values**2 ; x=3x4
torch.max(x, dim=1).indices ; x=3x4
torch.max(x, 0)[0] ; x=3x4 ties
torch.min(x, dim=0, keepdim=True).values ; x=3x4
x.max(dim=1)[0]*x.min(dim=1)[0] ; x=3x4
torch.max(x, y)*x ; x=3 ; y=2x3
torch.min(x, y)*x ; x=3 ; y=2x1
torch.max(x, 0).values ; x=-
torch.argmax(x) ; x=3x4
torch.argmax(x, dim=1) ; x=3x4
torch.argmin(x, dim=0, keepdim=True) ; x=3x4
torch.logsumexp(x, dim=1) ; x=2x3
torch.logsumexp(x, dim=(0, 1)) ; x=2x3
torch.logsumexp(x*1000, dim=0, keepdim=True) ; x=2x3
torch.logsumexp(x, 0) ; x=-
torch.norm(x) ; x=2x3
x.norm(dim=1) ; x=2x3
torch.norm(x, p=1) ; x=5
torch.norm(x, p=3, dim=0) ; x=4x2
torch.linalg.norm(x) ; x=2x3
torch.linalg.norm(x, ord=1) ; x=2x3
torch.linalg.norm(x, ord=float('inf')) ; x=2x3
torch.linalg.norm(x, float('inf')) ; x=5
torch.linalg.norm(x, -float('inf')) ; x=5
torch.linalg.norm(x, 2, dim=0, keepdim=True) ; x=2x3
torch.linalg.vector_norm(x, 2.5) ; x=5
torch.linalg.vector_norm(x, 0) ; x=5
torch.linalg.matrix_norm(x) ; x=2x3x4
torch.linalg.matrix_norm(x, -1) ; x=2x3x4
torch.var(x) ; x=5
torch.var(x, dim=1) ; x=2x5
torch.var(x, dim=0, unbiased=False, keepdim=True) ; x=3x2
torch.var(x, correction=2) ; x=5
torch.std(x, dim=1) ; x=2x5
x.std() ; x=5
torch.any(x > 0, dim=1) ; x=3x2
torch.all(x > 0) ; x=3x2
torch.count_nonzero(x) ; x=4 zeros
torch.cumsum(x, dim=1)**2 ; x=2x3
x.cumsum(0)**2 ; x=4
torch.cumsum(x, 0) ; x=-
torch.cumsum(x, 0) ; x=0
torch.cumprod(x, dim=1) ; x=2x5
torch.cumprod(x, dim=0) ; x=7
torch.diff(x)**2 ; x=5
torch.diff(x, dim=0, n=2)**3 ; x=4x2
torch.softmax(x, dim=1) ; x=2x3
torch.log_softmax(x, dim=-1) ; x=2x3
x.softmax(dim=0) ; x=3
torch.nn.functional.softmax(x*500, dim=0) ; x=3
# shapes
x.reshape(3, 2)**2 ; x=2x3
x.reshape(-1)**2 ; x=2x3
torch.reshape(x, (1, -1, 2)) ; x=2x3
x.view(6)**2 ; x=2x3
x.view(-1, 2) ; x=0x2
x.flatten()**2 ; x=2x3x2
torch.flatten(x, start_dim=1) ; x=2x3x2
torch.flatten(x) ; x=-
x.squeeze()**2 ; x=1x3x1
x.squeeze(0) ; x=1x3x1
x.squeeze(1) ; x=1x3x1
x.unsqueeze(0)*x.unsqueeze(-1) ; x=3
torch.unsqueeze(x, 1) ; x=2x3
x.T**2 ; x=2x3
x.mT**2 ; x=2x2x3
x.t() ; x=2x3
torch.transpose(x, 0, 2)**2 ; x=2x3x4
x.transpose(-1, -2) ; x=2x3
torch.permute(x, (2, 0, 1))**2 ; x=2x3x4
x.permute(1, 0, 2) ; x=2x3x4
torch.movedim(x, 0, 2) ; x=2x3x4
torch.swapaxes(x, 0, 1) ; x=2x3x4
x.expand(4, 3)**2 ; x=3
x.expand(2, -1) ; x=2x1
torch.broadcast_to(x, (2, 3))**2 ; x=1x3
x.expand_as(y)*y ; x=3 ; y=2x3
torch.cat([x, y])**2 ; x=2x3 ; y=1x3
torch.cat((x, y, x), dim=1) ; x=2x3 ; y=2x1
torch.cat([x, y], dim=-1)**2 ; x=3 ; y=0
torch.stack([x, y])**2 ; x=3 ; y=3
torch.stack([x, y], dim=1) ; x=2x3 ; y=2x3
torch.stack((x, y), dim=-1)**2 ; x=2x3 ; y=2x3
torch.stack([x[0]*x[1], x[1]**2]) ; x=2
torch.stack([x, y]) ; x=- ; y=-
torch.hstack([x, y]) ; x=2 ; y=3
torch.vstack([x, y])**2 ; x=3 ; y=2x3
torch.column_stack([x, y]) ; x=2 ; y=2x2
torch.split(x, 2)[1]**2 ; x=5
torch.split(x, [1, 3], dim=1) ; x=2x4
torch.chunk(x, 3) ; x=7
x.unbind(1) ; x=2x3
torch.flip(x, [0])**2*x ; x=4
torch.flip(x, dims=(0, 1))*x ; x=2x3
torch.roll(x, 1)*x ; x=4
torch.roll(x, -2, dims=1)*x ; x=2x5
torch.roll(x, (1, 2), (0, 1))*x ; x=2x5
torch.roll(x, 1)*x ; x=2x3
x.repeat(2, 2)**2 ; x=2x3
torch.tile(x, (2,))*2 ; x=2x3
torch.repeat_interleave(x, 2, dim=0)**2 ; x=2x3
torch.meshgrid(x, y, indexing='ij') ; x=2 ; y=3
torch.meshgrid(x, y, indexing='xy') ; x=2 ; y=3
x.select(1, 0)**2 ; x=2x3
x.narrow(0, 1, 2) ; x=4
x.clone()*x ; x=3
x.numel() ; x=2x3
x.size(), x.dim(), x.ndim, x.size(0) ; x=2x3
x.double().sum() ; x=3
torch.zeros_like(x) + x ; x=2x2
torch.ones_like(x)*x**2 ; x=2x2
torch.full((2, 3), 1.5)*x ; x=3
torch.linspace(0.0, 1.0, 4)*x ; x=4
torch.eye(3) @ x ; x=3x2
torch.arange(0.0, 4.0)*x ; x=4
torch.arange(1, 7, 2)*x ; x=3
torch.logspace(0, 2, 3)*x ; x=3
torch.eye(2, 3)*x ; x=3
# indexing
x[0]*x[1] ; x=2
x[-1]**2 ; x=2x3
x[1, 2]**2 ; x=2x3
x[:, 0]*x[:, 1] ; x=2x3
x[..., 1]**2 ; x=2x3x2
x[0, ...] ; x=2x3x2
x[None]**2 ; x=3
x[:, None, :]**2 ; x=2x3
x[1:]*x[:-1] ; x=5
x[::2]**2 ; x=5
x[1:4:2, 1] ; x=5x2
x[[0, 2]]**2 ; x=4
x[[0, 0, 2]]**2 ; x=4
x[[0, 1], [1, 1]]**2 ; x=2x3
x[:, [0, 0]]**2 ; x=2x3
x[torch.arange(2), torch.arange(2)]**2 ; x=2x3
x[x > 0]**2 ; x=6
x[x > 0]**2 ; x=2x3
x[:, x[0] > 0]*2 ; x=2x3
x[torch.argsort(x)]**2 ; x=5
x[()] ; x=-
x[...]**2 ; x=-
x[2:2] ; x=4
x[None, None] ; x=-
x[torch.argsort(x, dim=0)]**2 ; x=3x2
x.index_select(1, torch.arange(2)) ; x=2x3
torch.gather(x, 1, torch.argsort(x, dim=1))**2 ; x=2x3
torch.gather(x, 0, torch.argsort(x, dim=0)[:1])**2 ; x=3x2
torch.take_along_dim(x, torch.argsort(x, dim=1), dim=1) ; x=2x3
torch.take(x, torch.arange(2))**2 ; x=2x3
torch.masked_select(x, x > 0)**2 ; x=2x3
x.masked_fill(x > 0, 2.0)*x ; x=2x3
torch.sort(x).values**3 ; x=5
torch.sort(x, dim=0, descending=True)[0]**2 ; x=3x2
torch.sort(x).indices ; x=5
x.sort(dim=1).values*x ; x=2x3
torch.argsort(x, descending=True) ; x=5
torch.topk(x, 2).values**2 ; x=5
torch.topk(x, 2, dim=0, largest=False)[0] ; x=3x2
torch.where(x > 0, x**2, torch.sin(x)) ; x=6
torch.where(x > 0, torch.log(x), 0.0) ; x=6
torch.where(x > y, x*y, y) ; x=2x3 ; y=3
# vectors and matrices
torch.dot(x, y)**2 ; x=3 ; y=3
torch.dot(x, x) ; x=0
torch.inner(x, y) ; x=3 ; y=3
x @ y ; x=2x3 ; y=3x4
x @ y ; x=3 ; y=3
x @ y ; x=2x3 ; y=3
x @ y ; x=3 ; y=3x2
x @ y ; x=5x2x3 ; y=3x4
x @ y ; x=3 ; y=5x3x2
x @ y ; x=5x2x3 ; y=3
torch.matmul(x, y)**2 ; x=5x1x2x3 ; y=4x3x2
torch.mm(x, x.T) ; x=2x3
torch.bmm(x, y)**2 ; x=2x2x3 ; y=2x3x1
torch.mv(x, y)**2 ; x=2x3 ; y=3
x @ y ; x=0x3 ; y=3x2
x @ y ; x=2x0 ; y=0x3
torch.outer(x, y)**2 ; x=2 ; y=3
torch.einsum('ij,jk->ik', x, y) ; x=2x3 ; y=3x4
torch.einsum('ij,jk,kl->il', x, y, z) ; x=2x3 ; y=3x2 ; z=2x2
torch.einsum('ii', x)**2 ; x=3x3
torch.einsum('ii->i', x)**2 ; x=3x3
torch.einsum('ij->ji', x)**2 ; x=2x3
torch.einsum('ij->', x)**2 ; x=2x3
torch.einsum('ij->j', x)**2 ; x=2x3
torch.einsum('i,j->ij', x, y) ; x=2 ; y=3
torch.einsum('i,j', x, y) ; x=2 ; y=3
torch.einsum('i,i,i', x, x, y) ; x=3 ; y=3
torch.einsum('bij,bjk->bik', x, y) ; x=2x2x3 ; y=2x3x2
torch.einsum('...ij,...jk->...ik', x, y) ; x=2x2x3 ; y=3x2
torch.einsum('...i->...', x)**2 ; x=2x2x3
torch.einsum('bii,i->b', x, y) ; x=2x3x3 ; y=3
torch.einsum('iij,jk', x, y) ; x=2x2x3 ; y=3x2
torch.einsum('i,ij,j->', x, y, z) ; x=2 ; y=2x3 ; z=3
torch.tensordot(x, y, dims=1) ; x=2x3 ; y=3x4
torch.tensordot(x, y, dims=([0, 1], [1, 0])) ; x=2x3x2 ; y=3x2
torch.kron(x, y) ; x=2x2 ; y=1x3
torch.cross(x, y, dim=-1)**2 ; x=2x3 ; y=2x3
torch.linalg.cross(x, y) ; x=3 ; y=3
torch.diag(x)**2 ; x=3
torch.diag(x, 1) ; x=2
torch.diag(x, diagonal=-1)**2 ; x=3x3
torch.diag(x)**2 ; x=2x3
torch.diagonal(x)**2 ; x=3x2
torch.diagonal(x, offset=1, dim1=0, dim2=2)**2 ; x=2x3x4
torch.diag_embed(x)**2 ; x=2x3
torch.tril(x)**2 ; x=3x3
torch.triu(x, 1)**2 ; x=3x4
torch.tril(x, diagonal=-1) ; x=2x3x3
torch.trace(x)**2 ; x=3x3
torch.linalg.solve(x, y) ; x=3x3 regular ; y=3
torch.linalg.solve(x, y) ; x=3x3 regular ; y=3x2
torch.linalg.solve(x, y) ; x=2x3x3 regular ; y=2x3
torch.linalg.solve(x, y) ; x=2x3x3 regular ; y=3x1
torch.linalg.inv(x) ; x=3x3 regular
torch.inverse(x) ; x=2x2x2 regular
torch.linalg.det(x) ; x=2x2
torch.det(x) ; x=3x3
torch.linalg.det(x) ; x=4x4 regular
torch.linalg.det(x) ; x=2x3x3
torch.linalg.slogdet(x) ; x=3x3 regular
torch.slogdet(x)[1] ; x=2x4x4 regular
torch.logdet(x) ; x=3x3 positive
torch.linalg.cholesky(x) ; x=3x3 positive
torch.linalg.cholesky(x) ; x=2x2x2 positive
torch.linalg.matrix_power(x, 3) ; x=2x2
torch.linalg.matrix_power(x, -2) ; x=2x2 regular
torch.linalg.multi_dot([x, y, x]) ; x=2x3 ; y=3x2
torch.linalg.solve_triangular(x, y, upper=True) ; x=3x3 regular ; y=3x2
torch.linalg.solve_triangular(x, y, upper=False, left=False) ; x=2x3x3 regular ; y=2x3
torch.linalg.solve_triangular(x, y, upper=True, unitriangular=True) ; x=2x3x3 regular ; y=3x1
torch.linalg.solve_triangular(torch.diag(x), y, upper=True) ; x=3 zeros ; y=3x1
torch.cholesky_solve(y, torch.linalg.cholesky(x)) ; x=2x3x3 positive ; y=3x2
torch.cholesky_solve(y, torch.linalg.cholesky(x).mT, upper=True) ; x=3x3 positive ; y=3x2
torch.linalg.eigh(x)[0], torch.linalg.eigh(x)[1]**2 ; x=4x4
torch.linalg.eigh(x, UPLO='U').eigenvectors.abs() ; x=2x3x3
torch.linalg.eigvalsh(x) ; x=2x3x3
torch.linalg.svdvals(x) ; x=2x3x4
torch.linalg.svd(x, full_matrices=False).U**2, torch.linalg.svd(x).S ; x=4x3
torch.linalg.svd(x)[2].abs() ; x=2x3x3
torch.linalg.svd(x).Vh[:3]**2, torch.svd(x).V.abs() ; x=3x4
torch.linalg.qr(x) ; x=2x4x3
torch.linalg.qr(x) ; x=3x5
torch.linalg.pinv(x) ; x=2x4x3
torch.linalg.pinv(x) ; x=3x5
torch.linalg.pinv(x[:, None]*y) ; x=4 ; y=3
torch.linalg.pinv(x, rtol=0.5), torch.linalg.pinv(x, atol=1.0), x.pinverse(rcond=0.4) ; x=4x3
torch.linalg.matrix_norm(x, 2), torch.linalg.matrix_norm(x, -2, keepdim=True) ; x=2x4x3
torch.linalg.norm(x, 'nuc')*torch.linalg.norm(x, 2) ; x=3x4
torch.linalg.solve_triangular(x, y, upper=True) ; x=3x3 ; y=3
torch.linalg.lstsq(x, y).solution ; x=5x3 ; y=5x2
torch.linalg.lstsq(x, y).solution ; x=2x3x5 ; y=2x3
torch.linalg.lstsq(x, y) ; x=3x2 ; y=2x2
torch.linalg.eigh(x) ; x=2x3
# entry by entry
x + 2 - 3*x/4 ; x=3
1 - x**3 ; x=3
2**x + x**y ; x=3 above ; y=3
x/y ; x=2x3 ; y=3 above
-x*abs(x) ; x=4
x % 1.5 ; x=4
torch.add(x, y, alpha=2) ; x=3 ; y=3
torch.sub(x, y)*torch.mul(x, y) ; x=3 ; y=3
torch.div(x, y) ; x=3 ; y=3 above
torch.pow(x, 3) + torch.square(x) ; x=3
torch.pow(x, y) ; x=3 above ; y=3
torch.reciprocal(x) + torch.rsqrt(x) ; x=3 above
torch.sqrt(x)*torch.exp(x) ; x=3 above
torch.exp2(x) + torch.expm1(x) ; x=3
torch.log(x)*torch.log2(x) ; x=3 above
torch.log10(x)*torch.log1p(x) ; x=3 above
torch.sin(x)*torch.cos(x) + torch.tan(x) ; x=3 unit
torch.asin(x)*torch.acos(x) ; x=3 unit
torch.arcsin(x) + torch.arctan(x) + torch.arccos(x) ; x=3 unit
torch.atan(x)*torch.atan2(x, y) ; x=3 ; y=3
torch.sinh(x) + torch.cosh(x)*torch.tanh(x) ; x=3
torch.asinh(x)*torch.atanh(x) ; x=3 unit
torch.acosh(x + 2) ; x=3 above
torch.hypot(x, y) ; x=3 ; y=3
torch.erf(x)*torch.erfc(x) ; x=3
torch.special.expit(x)*torch.logit(torch.sigmoid(x)) ; x=3
torch.lgamma(x)*torch.digamma(x) ; x=3 above
torch.polygamma(1, x) ; x=3 above
torch.sinc(x) ; x=5
torch.sigmoid(x)*x.tanh() ; x=3
torch.relu(x)*x ; x=6
torch.abs(x) + torch.sign(x)*x ; x=4
torch.floor(x) + torch.ceil(x)*x ; x=4
torch.round(x)*x + torch.trunc(x) + torch.frac(x) ; x=4
torch.round(x, decimals=1) ; x=4
torch.maximum(x, y)*torch.minimum(x, y) ; x=4 ; y=4
torch.clamp(x, -0.5, 0.5)*x ; x=6
torch.clamp(x, min=0.1)**2 ; x=6
x.clamp(max=0.1)**2 ; x=6
torch.clip(x, min=0, max=1)*x ; x=6 ties
torch.logaddexp(x, y) ; x=4 ; y=2x1
torch.logaddexp(x, x) ; x=4
torch.lerp(x, y, 0.3)**2 ; x=3 ; y=3
torch.remainder(x, 0.7)*x ; x=4
torch.deg2rad(x)*torch.rad2deg(x) ; x=3
torch.heaviside(x.detach(), torch.ones(1)) ; x=3
torch.isnan(x/x), torch.isfinite(1/x), torch.isinf(1/x) ; x=4 zeros
torch.logical_and(x > 0, x < 1), torch.logical_or(x > 0, x < -1), torch.logical_not(x > 0) ; x=6
torch.allclose(x, x + 1e-12), torch.equal(x, x) ; x=3
x > 0, x <= y, x == x, torch.ne(x, y) ; x=3 ; y=3
torch.nn.functional.softplus(x) ; x=4
torch.nn.functional.softplus(x, beta=2) ; x=4
torch.nn.functional.silu(x) + torch.nn.functional.gelu(x) ; x=4
torch.nn.functional.leaky_relu(x, 0.1)*x + torch.nn.functional.elu(x) ; x=5
torch.nn.functional.logsigmoid(x) ; x=4
torch.nn.functional.relu(x)*torch.nn.functional.tanh(x) ; x=4
torch.logaddexp2(torch.tensor(-torch.inf), torch.tensor(-torch.inf)) + x ; x=-
torch.logaddexp2(x, y)*torch.fmax(x, y) + torch.fmin(x, y)**2 ; x=3 ; y=2x3
torch.xlogy(x, y) ; x=4 ; y=4 above
torch.xlogy(x, torch.ones(4)) + torch.special.xlogy(x, torch.zeros(4)) ; x=4 zeros
torch.nan_to_num(torch.log(x), nan=2.0)*x ; x=6
torch.nn.functional.normalize(x), torch.nn.functional.normalize(x, p=1.5, dim=0) ; x=3x4
torch.nn.functional.cosine_similarity(x, y), torch.cosine_similarity(x, y[0], dim=0) ; x=3x4 ; y=3x4
torch.cosine_similarity(x, y[1], dim=-1), torch.cosine_similarity(x[2], y[0], dim=0) ; x=3 ; y=2x3
torch.cosine_similarity(x[2], y[0, 1], dim=-1)*x ; x=3 ; y=2x3
torch.nn.functional.layer_norm(x, (4,), y, y) ; x=3x4 ; y=4
torch.nn.functional.layer_norm(x, (3, 4), eps=0.5) ; x=2x3x4
torch.nn.functional.layer_norm(x, (3,)) ; x=3x4
torch.nn.functional.huber_loss(x, y, delta=0.7) ; x=3x4 ; y=3x4
torch.nn.functional.huber_loss(x, y, reduction='none') ; x=6 ties ; y=6 ties
torch.nn.functional.smooth_l1_loss(x, y, beta=0.5, reduction='sum') ; x=3x4 ; y=3x4
torch.nn.functional.kl_div(x, torch.softmax(y, 1), reduction='batchmean') ; x=3x4 ; y=3x4
torch.nn.functional.kl_div(x, y, reduction='none', log_target=True) ; x=3x4 ; y=3x4
torch.nn.functional.pad(x, (1, 2))**2, torch.nn.functional.pad(x, (0, -1, 2, 0), value=3.0) ; x=2x3
torch.nn.functional.pad(x, (2, 1), mode='reflect')**2*2 ; x=2x2x3
torch.nn.functional.pad(x, (2, 3), mode='circular')**2 ; x=2x2x3
torch.nn.functional.pad(x, (2, 3), mode='replicate')**2 ; x=2x2x3
torch.nn.functional.pad(x, (3, 1), mode='reflect') ; x=2x3
torch.nn.functional.pad(x, (1, 2, 3)) ; x=2x3
torch.dstack([x, y])**2, torch.dstack([x[0], y[0]]) ; x=2x3 ; y=2x3
torch.atleast_1d(x[0, 0])**2, torch.atleast_3d(x)**2, torch.atleast_2d(x[0], x) ; x=2x3
torch.gradient(x**2, spacing=0.5), torch.gradient(x, dim=1, edge_order=2) ; x=3x4
torch.gradient(x**2, spacing=(torch.tensor([0.0, 1.0, 3.0, 3.5]),), edge_order=2) ; x=4
torch.gradient(x) ; x=1
torch.nn.functional.mse_loss(x, y) ; x=2x3 ; y=2x3
torch.nn.functional.mse_loss(x, y, reduction='sum') ; x=2x3 ; y=2x3
torch.nn.functional.l1_loss(x, y) ; x=2x3 ; y=2x3
torch.nn.functional.binary_cross_entropy_with_logits(x, torch.sigmoid(y)) ; x=4 ; y=4
torch.nn.functional.binary_cross_entropy(torch.sigmoid(x), torch.sigmoid(y)) ; x=4 ; y=4
torch.nn.functional.cross_entropy(x, torch.argmax(y, dim=1)) ; x=3x4 ; y=3x4
torch.nn.functional.nll_loss(torch.log_softmax(x, 1), torch.argmax(x, dim=1)) ; x=3x4
torch.nn.functional.cross_entropy(x, torch.softmax(y, 1)) ; x=3x4 ; y=3x4
torch.nn.functional.cross_entropy(x, torch.argmax(y, dim=1)) ; x=4x3x3 ; y=4x3x3
torch.nn.functional.cross_entropy(x, torch.argmax(y, dim=1), reduction="none") ; x=2x3x5 ; y=2x3x5
torch.nn.functional.cross_entropy(x, torch.softmax(y, 1)) ; x=4x3x3 ; y=4x3x3
torch.nn.functional.cross_entropy(x, torch.argmax(y)) ; x=5 ; y=5
torch.nn.functional.cross_entropy(x, torch.tensor([0, -100, 2, 1])) ; x=4x3
torch.nn.functional.cross_entropy(x, torch.tensor([0, 1, 2, 1]), weight=torch.ones(3)*2) ; x=4x3
torch.nn.functional.cross_entropy(x, torch.softmax(y, 1), weight=torch.ones(3)*2) ; x=4x3 ; y=4x3
torch.nn.functional.cross_entropy(x, torch.tensor([0, -1, 2, 1])) ; x=4x3
torch.nn.functional.nll_loss(x, torch.tensor([0, 3, 2, 1])) ; x=4x3
torch.nn.functional.nll_loss(x, torch.tensor([0, 1, 2, 1]), ignore_index=1) ; x=4x3
torch.nn.functional.binary_cross_entropy(torch.tensor([0., 0.3]), torch.tensor([1., 1.])) + x ; x=-
# repeated entries of an index under a mask
torch.relu(x[torch.tensor([0, 0, 1])] + y) ; x=2 ; y=3
torch.relu(1 - (x[torch.tensor([0, 0, 1])] - x[torch.tensor([1, 2, 2])])) ; x=3
torch.relu(x[torch.tensor([0, 0, 1])] * y) ; x=2x2 ; y=3x2
torch.where(y > 0, x[torch.tensor([0, 0, 1])], y)**2 ; x=2 ; y=3
(x[torch.tensor([1, 1, 1])] + y).clamp(-0.5, 0.5) ; x=2 ; y=3
torch.maximum(x[torch.tensor([0, 0, 1])], y)**2 ; x=2 ; y=3
torch.amax(x[torch.tensor([0, 0, 1])] + y, 0)**2 ; x=2 ; y=3
# cotangents that cancel
torch.sin(x @ y)**2 + torch.cos(x @ y)**2 ; x=2x3 ; y=3x3
torch.exp(x.t() - x.t()) ; x=2x3
torch.exp(x.cumsum(0) - x.cumsum(0)) ; x=2x3
torch.nn.functional.mse_loss(torch.sort(x)[0], torch.sort(x)[0]) ; x=4
torch.stack([x, y]) - torch.stack([x, y]) ; x=2 ; y=2
torch.where(torch.tensor([True, False, True]), 2*x, 0*x) ; x=2x3
torch.tril(torch.atan2(x, x)) ; x=2x3x3
torch.tril(x - x) ; x=2x3x3
# what was refused, or taken, where PyTorch doesn't
torch.logsumexp(torch.tensor([1, 2, 3]), 0) + x ; x=-
torch.inner(x, y) ; x=2x3 ; y=4x3
torch.inner(x, y) ; x=3 ; y=2x3
torch.cat([torch.tensor([]), x]) ; x=1x2
torch.gather(x, 0, torch.tensor(0)) ; x=-
x.movedim(0, -1) ; x=-
x.narrow(0, -2, 2) ; x=3
x.narrow(0, 2, 2) ; x=3
torch.bmm(x, x) ; x=2x2
torch.mv(x, x) ; x=2x2
torch.mm(x, y) ; x=2x2 ; y=2
x.mT ; x=3
torch.nn.functional.linear(x, y, z) ; x=2x3 ; y=4x3 ; z=4
torch.special.logsumexp(x, dim=0) ; x=3
# other names
torch.lt(x, y), torch.le(x, x), torch.gt(x, y), torch.ge(x, y), torch.eq(x, x) ; x=3 ; y=3
torch.less(x, y), torch.less_equal(x, y), torch.greater(x, y), torch.greater_equal(x, y) ; x=3 ; y=3
torch.not_equal(x, y), torch.logical_xor(x > 0, x > 1), torch.isclose(x, x) ; x=3 ; y=3
torch.arcsinh(x)*torch.arctanh(x) ; x=3 unit
torch.arccosh(x + 2)*torch.neg(x) ; x=3 above
torch.sgn(x)*x + torch.fix(x)*x + torch.float_power(x, 2) ; x=3
torch.floor_divide(x.detach(), 0.7) + x ; x=5
torch.concat([x, y])**2 ; x=2 ; y=3
torch.flipud(x)*x ; x=2x3
torch.fliplr(x)*x ; x=2x3
torch.swapdims(x, 0, 1)**2 ; x=2x3
torch.vdot(x, y)*torch.ger(x, y) ; x=3 ; y=3
torch.special.gammaln(x) ; x=3 above
torch.is_floating_point(x), torch.is_grad_enabled(), x.nelement(), x.ndimension() ; x=3
x.view_as(y)*x.reshape_as(y) ; x=6 ; y=2x3
x.adjoint()**2 + x.mH ; x=2x3
x.to(torch.float64)*x.type_as(y)*x.cpu().contiguous() ; x=3 ; y=1
x.new_zeros(3) + x*x.new_ones(3) ; x=3
torch.full_like(x, 2.0)*x ; x=3
(x.float().double() > 0)*x ; x=3
x.bool(), (x*10).long() ; x=3
torch.rand(2, 3).shape, torch.randn(4).shape, torch.randperm(5).sum() ; x=1
torch.empty_like(x).shape ; x=2x3
torch.rand_like(x).shape, torch.randn_like(x).shape, torch.randint(0, 5, (2, 3)).shape ; x=2x3
# errors
x + y ; x=2 ; y=3
x @ y ; x=2x3 ; y=2x3
torch.dot(x, y) ; x=2 ; y=3
torch.sum(x, dim=2) ; x=2x3
torch.sum(x, dim=(0, 0)) ; x=2x3
x[5] ; x=3
x[0, 0] ; x=3
x[[7]] ; x=3
torch.cat([x, y]) ; x=2x3 ; y=2x2
torch.cat([]) ; x=2
torch.stack([x, y]) ; x=2 ; y=3
x.reshape(4) ; x=2x3
x.reshape(-1, 4) ; x=2x3
torch.permute(x, (0, 0)) ; x=2x3
torch.unsqueeze(x, 4) ; x=2
torch.linalg.solve(x, y) ; x=2x3 ; y=2
torch.linalg.solve(x, y) ; x=2x2 ; y=3x1
torch.linalg.inv(x) ; x=2x3
torch.det(x) ; x=3
torch.einsum('ij,jk', x, y) ; x=2x3 ; y=2x2
torch.einsum('ij', x) ; x=3
torch.amax(x, dim=0) ; x=0x2
torch.topk(x, 9) ; x=3
torch.split(x, [1, 1]) ; x=3
x.expand(2, 4) ; x=3
torch.trace(x) ; x=3
torch.tensor([1, 2], dtype=torch.int64, requires_grad=True) ; x=1
x.no_such_method() ; x=1
torch.no_such_function(x) ; x=1
torch.kron(x, y)[3:1] ; x=2 ; y=2
torch.linalg.cross(x, y) ; x=2 ; y=2
torch.nn.functional.mse_loss(x, y, reduction='median') ; x=2 ; y=2
# indices and masks that broadcast, that are empty, and repeats
torch.take_along_dim(x, torch.tensor([[0, 2]]), 1)**2 ; x=2x3
torch.take_along_dim(x, torch.tensor([[0]]), 0)**2 ; x=2x3
torch.take_along_dim(x, torch.tensor([[1, 0], [2, 2]]), 1)**2 ; x=1x3
torch.take_along_dim(x, torch.tensor([[[1], [0]]]), dim=-1)**2 ; x=3x1x2
torch.take_along_dim(x, torch.tensor([5, 0, 0]))**2 ; x=2x3
torch.take_along_dim(x, torch.argsort(x, 1), 1)**2 ; x=2x3
torch.take_along_dim(x, torch.zeros(1, 0, dtype=torch.int64), 1)**2 ; x=2x3
torch.take_along_dim(x, torch.tensor([[1, 0]]), 0)**2 ; x=2x3
torch.take_along_dim(x, torch.tensor([0, 1]), 1)**2 ; x=2x3
torch.masked_select(x, y[0] > 0)**2 ; x=2x3 ; y=2x3
torch.masked_select(x, torch.tensor([[True], [False]]))**2 ; x=2x3
torch.masked_select(x, torch.tensor([[True, False, True], [True, True, True]]))**2 ; x=3
torch.masked_select(x, torch.tensor([[True, False]]))**2 ; x=2x1
torch.masked_select(x, torch.tensor(True))**2 ; x=2x3
torch.masked_select(x, torch.tensor(False))**2 ; x=2x3
torch.masked_select(x, torch.tensor(True))**2 ; x=-
torch.masked_select(x, torch.tensor([True, False]))**2 ; x=2x3
torch.masked_fill(x, torch.tensor([[True], [False]]), 2.0)**2 ; x=3
torch.masked_fill(x, torch.tensor([True, False]), 2.0) ; x=2x3
torch.gather(x, 1, torch.tensor([[2, 0, 2, 1]]))**2 ; x=2x3
torch.gather(x, 0, torch.tensor([0, 0]))**2 ; x=-
torch.gather(x, 1, torch.tensor([[0], [1], [1]])) ; x=2x3
torch.gather(x, 1, torch.tensor([0, 1])) ; x=2x3
torch.index_select(x, 1, torch.tensor(2))**2 ; x=2x3
torch.index_select(x, 1, torch.tensor([[1, 2]])) ; x=2x3
torch.index_select(x, 1, torch.tensor([True, False, True])) ; x=2x3
torch.index_select(x, 0, torch.tensor([0]))**2 ; x=-
torch.take(x, torch.tensor([[-1, 0, -1]]))**2 ; x=2x3
torch.take(x, torch.tensor([True, False])) ; x=2x3
torch.narrow(x, 1, torch.tensor(1), 2)**2 ; x=2x3
torch.repeat_interleave(x, torch.tensor([1, 0, 2]), dim=1)**2 ; x=2x3
torch.repeat_interleave(x, torch.tensor([1, 0, 2, 1, 1, 1]))**2 ; x=2x3
torch.repeat_interleave(x, torch.tensor([2]), dim=1)**2 ; x=2x3
torch.repeat_interleave(x, torch.tensor([2, 1]), dim=1) ; x=2x3
torch.where(y[:, :1] > 0, x, y)**2 ; x=3 ; y=2x3
torch.split(x, [1, -1, 3], 1) ; x=2x3
torch.chunk(x, 0) ; x=2x3
""".strip().splitlines()

# Situations of PyTorch's contract, a program each: " ; " ends a line of it; at the end of a line
# it goes on with the next. What is in CONTRACT_NAMES is there already.
CONTRACT_NAMES = """
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = torch.tensor([0.5, -1.0, 2.0], requires_grad=True)
s = torch.tensor(2.0, requires_grad=True)
A = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
c = torch.tensor([3.0, 1.0, 2.0])
G, F, f = torch.autograd.grad, torch.autograd.functional, torch.func
def partly(a):
    with torch.no_grad():
        b = torch.exp(a)
    return (a**2*b).sum()
class Exp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        ctx.save_for_backward(a)
        return torch.from_numpy(np.exp(a.numpy()))
    @staticmethod
    def backward(ctx, g):
        (a,) = ctx.saved_tensors
        seen.append(torch.is_grad_enabled())
        return g*Exp.apply(a)
class Single(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        return a.float()
    @staticmethod
    def backward(ctx, g):
        seen.append(g)
        return g.double()*2
class Again(torch.autograd.Function):
    @staticmethod
    def forward(ctx, run, *xs):
        ctx.run = run
        ctx.save_for_backward(*xs)
        return run(*xs)
    @staticmethod
    def backward(ctx, g):
        xs = [a.detach().requires_grad_() for a in ctx.saved_tensors]
        with torch.enable_grad():
            out = ctx.run(*xs)
        torch.autograd.backward(out, g)
        return (None, *[a.grad for a in xs])
class Parts(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(a, b)
        return a**3, a*b, a.argmax()
    @staticmethod
    def backward(ctx, g, h, whole):
        a, b = ctx.saved_tensors
        seen.append([g is None, h is None, whole is None])
        cubed = None if g is None else 3*a**2*g
        if h is None:
            return cubed, None
        return b*h if cubed is None else cubed + b*h, a*h
class Stop(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        return a*b
    @staticmethod
    def backward(ctx, g):
        return g, None
seen = []
def kept(t, hook):
    t.register_hook(lambda g: seen.append(hook(g)))
    return t
def stepping():
    try:
        got = yield torch.is_grad_enabled()
        yield got, torch.is_grad_enabled()
    except ValueError:
        yield torch.is_grad_enabled(), 7
single = torch.tensor([1.0, 2.0], dtype=torch.float32)
def dtypes(ts):
    return [t.dtype == torch.float64 for t in ts], [t.detach() for t in ts]
"""
CONTRACT = (
    """
# transformations inside no_grad(): it is their caller's, not theirs
with torch.no_grad(): result = f.grad(lambda a: (a**2*x).sum())(c), f.hessian(partly)(c)*0
with torch.no_grad(): result = f.grad(lambda a: (a*a*x).sum())(x)
with torch.no_grad(): result = f.jacrev(lambda a: a**2)(c), f.jacfwd(lambda a: a**2)(c)
with torch.no_grad(): result = f.hessian(lambda a: (a**3).sum())(c), f.vmap(lambda a: a*2)(A)
with torch.no_grad(): result = f.jvp(lambda a: a**2, (c,), (c,)), f.vjp(lambda a: a**2, c)[1](c)
with torch.no_grad(): result = f.grad_and_value(lambda a: (a**2).sum(), has_aux=False)(c)
with torch.inference_mode(): result = f.grad(lambda a: (a**2).sum())(c)
with torch.no_grad(): result = F.jacobian(lambda a: a**2, c), F.hessian(lambda a: (a**3).sum(), x)
with torch.no_grad(): result = F.jacobian(lambda a: a**2*x, c, create_graph=True)
with torch.no_grad(): result = F.vjp(lambda a: a**2, c, c), F.jvp(lambda a: a**2, c, c)
with torch.no_grad(): result = F.hvp(lambda a: (a**3).sum(), c, c), F.vhp(lambda a: a.prod(), c, c)
with torch.no_grad(): pull = f.vjp(lambda a: a**2, c)[1] ; result = pull(c)
pull = f.vjp(lambda a: a**2, c)[1] ; with torch.no_grad(): result = pull(c)
# and inside a function that is transformed
result = f.grad(partly)(c), G(f.vmap(partly)(A).sum(), A), f.vmap(f.grad(partly))(A.detach())
result = f.vmap(f.jacrev(f.grad(partly)))(A.detach()), G(f.vmap(f.grad(partly))(A).sum(), A)
result = f.vmap(lambda a: a.detach()*a)(A), G(f.vmap(lambda a: a.detach()**2*a**3)(A).sum(), A)
result = f.vmap(f.jacrev(f.grad(lambda a: (a.detach()**2*a**3).sum())))(A.detach())
# tracking: again and again, in generators, in steps
e = torch.enable_grad() ; with torch.no_grad(): ; \twith e: a = (x*2).requires_grad ;
\twith e: b = (x*2).requires_grad ; result = a, b
steps = torch.no_grad()(stepping)() ;
result = next(steps), torch.is_grad_enabled(), steps.send(5), torch.is_grad_enabled()
steps = torch.no_grad(stepping)() ;
result = next(steps), steps.throw(ValueError()), torch.is_grad_enabled()
steps = torch.set_grad_enabled(False)(stepping) ; result = list(steps()), torch.is_grad_enabled()
steps = torch.inference_mode()(stepping)() ;
result = next(steps), steps.close(), torch.is_grad_enabled()
n = torch.no_grad() ; k = n(torch.is_grad_enabled) ; result = k(), k(), torch.is_grad_enabled()
with torch.no_grad(): result = x.numpy().tolist(), np.asarray(x).tolist(), (x*2).numpy().tolist()
result = x.numpy(force=True).tolist()
np.asarray(x)
# what hooks and custom rules see, and what they may give
kept(x, lambda g: g.numpy().tolist()) ; (x**2).sum().backward() ; result = seen
u = kept(x*2, lambda g: g) ; (u*u).sum().backward() ; result = seen, seen[0].numpy().tolist()
kept(x, lambda g: (torch.is_grad_enabled(), g.requires_grad)) ;
G((x*x).sum(), x), G((x*x).sum(), x, create_graph=True) ; result = seen
x.register_hook(lambda g: g*x) ; g, = G((x*x).sum(), x, create_graph=True) ;
result = g, G(g.sum(), x), G((x*x).sum(), x)
x.register_hook(lambda g: g.sum()) ; (x*2).sum().backward()
u = x*2 ; u.register_hook(lambda g: torch.ones(1)) ; u.sum().backward()
u = x*2 ; k = u.register_hook(lambda g: g*5) ; with k: u.sum().backward(retain_graph=True) ;
u.sum().backward() ; result = x.grad
result = Exp.apply(x), G(Exp.apply(x).sum(), x), seen
g, = G(Exp.apply(x).sum(), x, create_graph=True) ; result = g, G(g.sum(), x), seen
r = Again.apply(lambda a, b: torch.sin(a*b).exp(), x, y) ; result = r, G(r.sum(), [x, y])
result = Single.apply(x), G(Single.apply(x).sum(), x), dtypes(seen)
x.grad = torch.ones(2) ; (x*2).sum().backward()
(s*2).backward(inputs=[c])
u = x*2 ; u.retain_grad() ; result = u.retains_grad, x.retains_grad, (x*2).retains_grad
u = x*2 ; result = u.requires_grad_(True) is u, G(u.sum(), x)
i = torch.arange(3) ; i.requires_grad = True ; G((i*2.0).sum(), i)
# a leaf's gradient has its dtype, if the graph is of others
result = dtypes(G((s*single).sum(), s, create_graph=True))
result = dtypes(G(torch.atan2(s, single).sum(), s, create_graph=True))
g, = G((s*s*single).sum(), s, create_graph=True) ; result = dtypes([g, *G(g, s)])
g, = G((x[:2]*s*single).sum(), x, create_graph=True) ; result = dtypes([g, *G(g.sum(), s)])
(s**2*single).sum().backward(create_graph=True) ; result = dtypes([s.grad])
result = dtypes(G(torch.pow(s, single).sum(), s, create_graph=True))
# a walk frees what it passes, not what it ends at
u = x*2 ; G((u*3).sum(), u) ; result = G((u*3).sum(), u), G((u*3).sum(), x)
u = x**2 ; G((u*3).sum(), u) ; G((u*5).sum(), u) ; result = G((u*u).sum(), x)
u = torch.exp(x) ; v = torch.sin(u) ; w = v*y ; g = G(w.sum(), [v, y]) ;
result = g, G(v.sum(), u), G(u.sum(), x)
u = x**2 ; v = u*x ; G(v.sum(), [u, x]) ; G(u.sum(), x)
from collections import OrderedDict as D ; g = f.grad(lambda p: p["a"].prod())(D(a=c)) ;
result = type(g) is D, g["a"]
# single values, copies, comparisons
x.item()
result = list(range(torch.tensor(3, dtype=torch.int64))), [5, 6, 7][torch.arange(3)[1]]
range(s)
result = x == None, x != None, x in [x], None in [c]
x **= 2
x //= 2
x %= 2
u = x*2 ; u **= 2 ; u //= 3 ; u %= 2 ; result = u
del x[0]
import copy ; x.grad = c ; t = copy.deepcopy([x, x]) ;
result = t[0] is t[1], t[0].grad, t[0].grad is x.grad, t
# what a custom backward isn't given, and what it doesn't give
u, v, i = Parts.apply(x, y) ; result = G(u.sum(), [x, y], allow_unused=True), seen
u, v, i = Parts.apply(x, y) ; result = G((v*s).sum(), [x, y]), seen
u, v, i = Parts.apply(x, y) ; result = G((2*u).sum() + v.sum(), [x, y]), seen
u, v, i = Parts.apply(x, y) ; G(u.sum(), [x, y])
u, v, i = Parts.apply(x, y) ; u.sum().backward() ; result = x.grad, y.grad
u, v, i = Parts.apply(x, y) ; g, = G(u.sum(), x, create_graph=True) ;
result = g, G(g.sum(), x, retain_graph=True), G(g.sum(), y, allow_unused=True), seen
u, v, i = Parts.apply(x, y) ; g = G((u*v).sum(), [x, y], create_graph=True) ;
result = g, G(g[0].sum() + (g[1]**2).sum(), [x, y])
result = G(Stop.apply(x, y).sum(), [x, y], allow_unused=True)
result = G(Stop.apply(x, y).sum(), [x, y], materialize_grads=True)
G(Stop.apply(x, y).sum(), [x, y])
Stop.apply(x, y).sum().backward() ; result = x.grad, y.grad
(Stop.apply(x, y) + y**2).sum().backward() ; result = x.grad, y.grad
result = G(Stop.apply(x, 3*y.exp()).sum(), [x, y], allow_unused=True)
result = G(Stop.apply(x, y.exp() + x).sum(), [x, y], allow_unused=True)
result = G(Stop.apply(c, x*y).sum() + s, [x, y, s], allow_unused=True)
result = G(Stop.apply(x, x).sum(), x), G(Stop.apply(x, torch.floor(y)).sum(), x)
class Wrong(Stop): ; \tforward = staticmethod(lambda ctx, a, b: ctx.save_for_backward(a, 3)) ;
Wrong.apply(x, y)
# vmap: what tracks its results, and how it draws random numbers
r = f.vmap(f.jacrev(lambda w, a: torch.tanh(w*a)), (None, 0))(c, A.detach()[:, :1]) ;
result = r, (r*2).numpy().tolist()
result = f.vmap(f.vjp(lambda a: a**2, c)[1])(torch.eye(3)), f.vjp(lambda a: a**2, c)[1](c)
pull = f.vjp(lambda a: a**2*x, c)[1] ; r, = f.vmap(pull)(torch.eye(3)) ;
result = r, G(r.sum(), x), pull(c)
result = f.vmap(lambda v: f.jvp(f.grad(lambda a: (a**3).sum()), (c,), (v,))[1])(torch.eye(3))
u = x**3 ; r = f.vmap(lambda v: G(u, x, v, retain_graph=True)[0])(torch.eye(3)) ; result = r
u = x**3 ; r = f.vmap(lambda v: G(u, x, v, retain_graph=True)[0]*x)(torch.eye(3)) ;
result = r, G(r.sum(), x)
u = x**3 ; r = f.vmap(lambda v: G(u, x, v, create_graph=True)[0]*x)(torch.eye(3)) ;
result = r, G(r.sum(), x)
f.vmap(lambda a: a + torch.rand(2))(A)
f.vmap(f.grad(lambda a: (a*torch.randn(2)).sum()))(A)
f.vmap(lambda a: a, randomness="some")(A)
def drawn(*modes): ; \trun = lambda a: 0*a + torch.rand(3) ;
\tfor mode in modes: run = f.vmap(run, randomness=mode) ;
\treturn len(np.unique(run(torch.ones(2, 5, 3)).numpy())) ;
modes = "same same", "different same", "same different", "different different" ;
result = [drawn(*pair.split()) for pair in modes]
draw = lambda a: (torch.randn_like(a), torch.randperm(5).sort().values, torch.randint(9, (2,))) ;
result = [t.shape[0] for t in f.vmap(draw, randomness="different")(A.detach())]
f.vmap(lambda a: a, chunk_size=0)(A)
result = f.vmap(lambda a, b: a*b, (1, None), 1, chunk_size=2)(torch.ones(2, 5), c[:2]*1.0)
r = f.vmap(lambda a: (a*x).sum(), chunk_size=2)(torch.eye(3)) ; result = r, G(r[1], x)
# gradients that are gathered onto one of a graph
(s**3).backward() ; (s**2).backward(create_graph=True) ; result = s.grad, G(s.grad, s)
# whole numbers
i, j = torch.tensor([7, -7, 5]).long(), torch.tensor([2, 3, -2]).long() ;
result = i//j, i % j, i//2, i % -2, 17//i, 17 % i, i**2, i**0, 2**i.abs(), torch.square(i), i*j
i, m = torch.tensor([7, -7]).long(), torch.tensor([True, False]) ;
result = torch.where(m, i, 0), torch.where(m, i, 0.5), torch.where(m, m, ~m), i.clip(-1, 5), i**m
i = torch.tensor([7, -7]).long() ; result = i//2.0, i % 2.5, i**2.0, i**0.5, i.clip(-1.0, 5.5), i/7
i = torch.tensor(7).long() ; result = i//2, i % 4, i**2, 2**i, torch.remainder(i, 4), i//(i - 9)
torch.tensor([7, 1]).long()//torch.tensor([1, 0]).long()
torch.tensor([7, 1]).long() % 0
# derivatives of mixed dtypes, in those of what they are taken in
result = dtypes([f.grad(lambda a: (a*single).sum())(s)])
result = dtypes([f.hessian(lambda a: (a**2*single).sum())(s)])
value, pull = f.vjp(lambda a: a*single, s) ; result = dtypes([value, *pull(single)])
result = dtypes(F.vjp(lambda a: a*2, c, torch.ones(3, dtype=torch.float32)))
result = dtypes(F.hvp(lambda a: (a**2*single).sum(), s, s))
# what is no tensor, and what is no function of tensors
G(x.sum(), [x, 3.0])
G(3.0, x)
f.grad(lambda a: a*2)(c)
f.grad(lambda a, b: (a*b).sum(), argnums=2)(c, c)
f.grad(lambda a, b: (a*b).sum(), argnums=(0, 0))(c, c)
f.jvp(lambda a: a*2, (c,), (c, c))
torch.autograd.no_such_function
(x*2).grad_fn.no_such
u = (x*2).grad_fn ; result = u.next_functions[0][0].variable is x, hasattr(u, "variable")
# nan, where it is watched for
u = x - c ; with torch.autograd.detect_anomaly(): torch.sqrt(u).sum().backward()
u = (x - x.detach())**2 ; with torch.autograd.set_detect_anomaly(True): G(u.sqrt().sum(), x)
u = (x - x.detach())**2 ; e = torch.autograd.set_detect_anomaly(True) ;
torch.autograd.set_detect_anomaly(False) ; result = G(u.sqrt().sum(), x)
u = x*torch.log(x - 1) ; with torch.autograd.detect_anomaly(): result = G(u.sum(), x)
with torch.autograd.detect_anomaly(): ; \tg, = G((x**3).sum(), x, create_graph=True) ;
\tresult = g, G(g.sum(), x)
(x**2).sum().backward() ; with torch.autograd.detect_anomaly(False): (x*1e400).sum().backward() ;
result = x.grad
""".strip()
    .replace(" ;\n", " ; ")
    .splitlines()
)

PROGRAMS = {
    "autograd.functional: containers and what is detached": """
F = torch.autograd.functional
z = torch.tensor([1.0, 2.0])
x, w = torch.tensor([3.0, 4.0], requires_grad=True), torch.tensor(3.0, requires_grad=True)
cube = lambda a: w*(a**3).sum()
answers = [
    F.jacobian(lambda a: w*a**2, z), F.jacobian(lambda a: a**2, (x,)), F.hessian(cube, (z,)),
    F.jacobian(lambda a: (a**2, w*a), x), F.jacobian(lambda a, b: (a*b,), (x, w)),
    F.hessian(lambda a, b: (a**2*b).sum(), (x, w)), F.hessian(lambda a: cube(a)[None], x),
    F.vjp(cube, (x,)), F.vjp(lambda a: w*a**2, x, z), F.vjp(lambda a: (a, a**2), z, (z, x)),
    F.jvp(lambda a: w*a**2, (x,), (z,)), F.jvp(lambda a: (a, a**2), x, z), F.jvp(lambda a: a**3, w),
    F.hvp(cube, (x,), (z,)), F.hvp(cube, x, z), F.vhp(cube, (x,), z), F.vhp(cube, x, z),
    F.jacobian(lambda a: w*3, z), F.jacobian(lambda a: w*a**2, x, vectorize=True),
    F.jacobian(lambda a: a**2, z, strategy="forward-mode", vectorize=True),
]
one = lambda a: (len(a), one(a[0])) if isinstance(a, tuple) else 0
kept = [
    F.jacobian(lambda a: w*a**2, x, create_graph=True), F.hessian(cube, x, create_graph=True),
    F.vjp(cube, (x,), create_graph=True), F.jvp(lambda a: w*a**2, x, z, create_graph=True),
    F.hvp(cube, x, z, create_graph=True), F.vhp(lambda a: (a**2).sum(), x, z, create_graph=True),
]
again = torch.autograd.grad(kept[4][1].sum() + kept[0].sum(), [x, w])
result = answers, kept, again, [one(a) for a in answers]
""",
    **{
        f"autograd.functional: refused, {k}": f"""
F = torch.autograd.functional
z, w = torch.tensor([1.0, 2.0]), torch.tensor(3.0, requires_grad=True)
square, line = lambda a: (a**2).sum(), lambda a: (w*a).sum()
result = F.{call}
"""
        for k, call in (
            ("strict jacobian", "jacobian(lambda a: w*3, z, strict=True)"),
            ("strict jacobian in one", "jacobian(lambda a, b: (a*b, a), (z, z), strict=True)"),
            ("strict jacobian, line", "jacobian(line, z, strict=True, create_graph=True)"),
            ("strict hessian", "hessian(line, z, strict=True)"),
            ("strict vjp", "vjp(lambda a: w*3, z, strict=True)"),
            ("strict vjp, line", "vjp(line, z, strict=True, create_graph=True)"),
            ("strict jvp", "jvp(lambda a: w*3, z, z, strict=True)"),
            ("strict hvp", "hvp(line, z, z, strict=True)"),
            ("strict vhp", "vhp(line, z, z, strict=True)"),
            ("a vector's hessian", "hessian(lambda a: a**2, z)"),
            ("hessian of two", "hessian(lambda a: (square(a), square(a)), z)"),
            ("a vector's hvp", "hvp(lambda a: a**2, z, z)"),
            ("vjp without v", "vjp(lambda a: a**2, z)"),
            ("jvp without v", "jvp(square, z)"),
            ("hvp without v", "hvp(square, z)"),
            ("vjp, v too long", "vjp(lambda a: a**2, z, torch.ones(3))"),
            ("jvp, two v", "jvp(square, z, (z, z))"),
            ("a float", "jacobian(lambda a: 2.0, z)"),
        )
    },
    **{
        f"autograd.functional: strict, {k}": f"""
F = torch.autograd.functional
z, x = torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0], requires_grad=True)
square, line = lambda a: (a**2).sum(), lambda a: (3*a).sum()
result = F.{call}
"""
        for k, call in (
            ("jacobian", "jacobian(square, z, strict=True)"),
            ("jacobian of a line", "jacobian(line, z, strict=True)"),
            ("hessian", "hessian(square, z, strict=True)"),
            ("vjp", "vjp(lambda a, b: (a*3, b), (z, z), (z, z), strict=True)"),
            ("jvp", "jvp(square, x, z, strict=True, create_graph=True)"),
            ("hvp", "hvp(square, x, z, strict=True, create_graph=True)"),
        )
    },
    "torch.func: tuples, several outputs, has_aux": """
f = torch.func
z, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 5.0])
w = torch.tensor(2.0, requires_grad=True)
value, pull = f.vjp(lambda a: a**2, z)
values, pulls = f.vjp(lambda a: {"u": a**2, "v": (a.sum(), w*a)}, z)
pair, pull2, aux = f.vjp(lambda a, b: ((a*b, b), [a + 1]), z, y, has_aux=True)
out = f.jvp(lambda a, b: (a*b, a), (z, y), (y, z))
aux_jvp = f.jvp(lambda a: (a**2, {"s": a}), (z,), (y,), has_aux=True)
J = f.jacrev(lambda a: ((a**2, a.sum()), a + 1), argnums=(0,), has_aux=True)(z)
K = f.jacfwd(lambda a, b: (a*b, b), argnums=1, has_aux=True)(z, y)
G = f.grad(lambda a: ((w*a**3).sum(), a), argnums=(0,), has_aux=True)(z)
H = f.grad_and_value(lambda a: ((a**3).sum(), (a, 7)), has_aux=True)(z)
p = pulls({"u": z, "v": (torch.tensor(1.0), z)})
result = (value, pull(z), len(pull(z)), values["u"], values["v"], p, pair, pull2(z), aux, out,
          aux_jvp[0], aux_jvp[1], aux_jvp[2]["s"], J, K, G, H, len(J[0]), len(J[0][0]), len(G[0]))
""",
    "torch.func: Hessians of vectors": """
f = torch.func
z, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 5.0])
a = f.hessian(lambda a: a**3)(z)
b = f.hessian(lambda a: (a**3*a.sum(), a.sum()))(z)
c = f.hessian(lambda a, b: {"u": (a**2*b).sum(), "v": a*b}, argnums=(0, 1))(z, y)
d = f.hessian(lambda a: (a["x"]**3).sum()[None])({"x": z})
e = f.hessian(lambda a, b: torch.outer(a, b)**2, argnums=(1,))(z, y)
t = f.jacfwd(f.hessian(lambda a: a**4))(z)
result = a, b, c["u"], c["v"], d["x"]["x"], e, t
""",
    "torch.func: jvp of a constant, strict": """
z = torch.tensor([1.0, 2.0])
result = torch.func.jvp(lambda a: torch.ones(2), (z,), (z,), strict=True)
""",
    "torch.func: one cotangent for two outputs": """
z = torch.tensor([1.0, 2.0])
result = torch.func.vjp(lambda a: (a, a**2), z)[1](z)
""",
    **{
        f"autograd.Function: {k}": f"""
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, n, y):
        ctx.n = n
        r = torch.tensor(x.detach().numpy()**n)*y
        ctx.save_for_backward(x, y, r)
        return r
    @staticmethod
    def backward(ctx, g):
        x, y, r = ctx.saved_tensors
        return ctx.n*r/x*g, None, r/y*g if ctx.needs_input_grad[2] else None
class Two(torch.autograd.Function):
    @staticmethod
    def forward(x, y):
        return x*y, (x + y).sum(), x.argmax()
    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.mark_non_differentiable(output[2])
        ctx.save_for_backward(*inputs, output[0])
    @staticmethod
    def backward(ctx, ga, gb, gc):
        x, y, p = ctx.saved_tensors
        return ga*p/x + gb, ga*p/y + gb
class Place(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x*2, x.argmax(), x > 1
    @staticmethod
    def backward(ctx, g, *flat):
        return 2*g
class Once(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**2
    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 2*x*g
class Same(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x
    @staticmethod
    def backward(ctx, g):
        return -g
class Few(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        return x*y
    @staticmethod
    def backward(ctx, g):
        return g
class Wrong(Few):
    @staticmethod
    def backward(ctx, g):
        return torch.ones(7), g
A = torch.autograd
x, z = torch.tensor([1.0, 2.0, 3.0], requires_grad=True), torch.tensor([3.0, 1.0, 2.0])
y = torch.tensor(2.0, requires_grad=True)
def twice(f, *v):
    first = A.grad(f, v, create_graph=True)
    return first, A.grad(sum((g**2).sum() for g in first), v)
{program}
"""
        for k, program in (
            (
                "values",
                "result = Cube.apply(x, 3, y), Two.apply(x, z), Once.apply(x), Same.apply(x)",
            ),
            ("twice", "result = twice(Cube.apply(x, 3, y).sum(), x, y)"),
            ("without a gradient", "result = Cube.apply(x.detach(), 2, y.detach())"),
            ("one input of two", "result = twice(Cube.apply(x, 3, y.detach()).sum(), x)"),
            ("several outputs", "a, b, c = Two.apply(x, z)\nresult = twice((a**2).sum()*b, x), c"),
            ("one output of several", "result = twice(Two.apply(x, z)[1]**2, x)"),
            ("whole numbers", "result = Place.apply(x), A.grad(Place.apply(x)[0].sum(), x)"),
            ("once", "result = A.grad(Once.apply(x).sum(), x), A.grad(Same.apply(x).sum(), x)"),
            ("once, twice", "result = twice((Once.apply(x)**2).sum(), x)"),
            ("no_grad", "with torch.no_grad(): result = Cube.apply(x, 3, y)"),
            ("too few gradients", "result = A.grad(Few.apply(x, z).sum(), x)"),
            ("a gradient too long", "result = A.grad(Wrong.apply(x, z).sum(), x)"),
            ("backward", "Cube.apply(x, 3, y).sum().backward()\nresult = x.grad, y.grad"),
            ("freed", "f = Cube.apply(x, 3, y).sum()\nf.backward()\nf.backward()"),
            ("hessian", "result = A.functional.hessian(lambda v: Cube.apply(v, 4, y).sum(), z)"),
            (
                "checked",
                "result = A.gradcheck(Cube.apply, (x, 3, y)),"
                " A.gradgradcheck(Cube.apply, (x, 3, y)), A.gradcheck(Two.apply, (x, z))",
            ),
            ("checked, wrong", "result = A.gradcheck(Same.apply, x, raise_exception=False)"),
            ("checked, raising", "result = A.gradcheck(Same.apply, x)"),
            ("checked, nothing", "result = A.gradcheck(Same.apply, z)"),
        )
    },
    "equal eigenvalues": """
L, F = torch.linalg, torch.nn.functional
def slopes(f, x):
    x = x.requires_grad_()
    first, = torch.autograd.grad(f(x).sum(), x, create_graph=True)
    return first, torch.autograd.grad(first[0].sum(), x)
result = (slopes(lambda x: L.eigvalsh(x)**3, torch.eye(3)), slopes(lambda x: L.svdvals(x)**3,
          torch.eye(3)), slopes(lambda x: L.eigh(x)[1]**3, torch.eye(3)),
          slopes(lambda x: L.svd(x)[0]**3, torch.eye(3)),
          slopes(lambda x: F.cosine_similarity(x, torch.ones(2, 3)), torch.ones(2, 3)))
""",
    "backward of several": """
a, b = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor(3.0, requires_grad=True)
torch.autograd.backward([a*b, (a**2).sum()], [torch.tensor([1.0, 10.0]), None], retain_graph=True)
once = a.grad.clone(), b.grad.clone()
torch.autograd.backward((a**2).sum(), inputs=[a])
result = once, a.grad, b.grad
""",
    "backward of a vector": """
torch.autograd.backward([torch.ones(2).requires_grad_()*2])
""",
    "backward into nothing": """
torch.autograd.backward(torch.ones(2).requires_grad_().sum(), inputs=[])
""",
    "set_grad_enabled and inference_mode": """
x = torch.tensor(2.0, requires_grad=True)
told = [torch.is_grad_enabled()]
torch.set_grad_enabled(False)
told += [torch.is_grad_enabled(), (x*2).requires_grad]
torch.set_grad_enabled(True)
with torch.set_grad_enabled(False):
    told.append((x*2).requires_grad)
    with torch.autograd.set_grad_enabled(True):
        told.append((x*2).requires_grad)
told.append((x*2).requires_grad)
@torch.set_grad_enabled(False)
def f():
    return (x*2).requires_grad
@torch.inference_mode()
def g():
    return (x*2).requires_grad
@torch.no_grad
def h():
    return torch.is_grad_enabled(), [torch.enable_grad(lambda: torch.is_grad_enabled())()]
@torch.inference_mode
def k(x, *, y=1):
    return (x*y).requires_grad
told += [f(), g(), h(), k(x, y=2), torch.is_grad_enabled()]
with torch.inference_mode():
    told.append((x*2).requires_grad)
with torch.inference_mode(False):
    told.append((x*2).requires_grad)
result = told
""",
    "cube": """
x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
y = x**3
first, = torch.autograd.grad(y, x, create_graph=True)
second, = torch.autograd.grad(first, x, create_graph=True)
third, = torch.autograd.grad(second, x)
result = y, first, second, third
""",
    "hvp": """
w1 = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
w2 = torch.tensor(torch.pi/3, dtype=torch.float64, requires_grad=True)
L = w1**2*torch.sin(w2)
v = torch.tensor([0.5, 1.0], dtype=torch.float64)
g = torch.autograd.grad(L, (w1, w2), create_graph=True)
gv = torch.dot(torch.stack(g), v)
result = torch.autograd.grad(gv, (w1, w2))
""",
    "double backward": """
x = torch.linspace(-1.0, 1.0, 5, dtype=torch.float64).requires_grad_()
loss = torch.nn.functional.softplus(x*3).sum() + torch.logsumexp(x, 0)
(g,) = torch.autograd.grad(loss, x, create_graph=True)
penalty = (g.norm() - 1)**2
penalty.backward()
result = loss, penalty, x.grad
""",
    "descent": """
x = torch.tensor([1.5, -0.5], dtype=torch.float64, requires_grad=True)
for _ in range(5):
    loss = 100*(x[1] - x[0]**2)**2 + (1 - x[0])**2
    (g,) = torch.autograd.grad(loss, x)
    with torch.no_grad():
        x = (x - 1e-3*g).requires_grad_()
result = x, loss, loss.item()
""",
    "maml": """
w = torch.tensor([0.1, -0.2], dtype=torch.float64, requires_grad=True)
X = torch.tensor([[1.0, 2.0], [0.5, -1.0], [3.0, 1.0]], dtype=torch.float64)
t = torch.tensor([1.0, 0.0, 2.0], dtype=torch.float64)
def loss(w):
    return torch.mean((torch.tanh(X @ w) - t)**2)
(g,) = torch.autograd.grad(loss(w), w, create_graph=True)
outer = loss(w - 0.1*g)
outer.backward()
result = outer, w.grad, w.grad.requires_grad, outer.requires_grad
""",
    "jacobian": """
x = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64, requires_grad=True)
y = torch.stack([x.prod(), (x**2).sum(), torch.sin(x[0]*x[2])])
unit = torch.eye(3, dtype=torch.float64)
rows = [torch.autograd.grad(y, x, v, retain_graph=True)[0] for v in unit]
batched, = torch.autograd.grad(y, x, unit, is_grads_batched=True)
result = torch.stack(rows), batched
""",
    "functional hessian": """
A = torch.tensor([[2.0, 1.0], [1.0, 3.0]], dtype=torch.float64)
f = lambda x: torch.exp(x @ A @ x/10).sum()
x = torch.tensor([0.3, 0.7], dtype=torch.float64)
v = torch.tensor([1.0, -1.0], dtype=torch.float64)
H = torch.autograd.functional.hessian(f, x)
_, Hv = torch.autograd.functional.hvp(f, x, v)
J = torch.autograd.functional.jacobian(lambda x: torch.sin(A @ x), x)
result = H, Hv, J
""",
    "func": """
f = lambda x: (torch.sin(x)*x).sum()
x = torch.tensor([0.3, 0.7], dtype=torch.float64)
g = torch.func.grad(f)
result = g(x), torch.func.hessian(f)(x), torch.func.grad(lambda x: g(x)[0])(x)
""",
    "implicit gradient": """
x = torch.tensor([1.0, 2.0], requires_grad=True)
result = torch.autograd.grad(x*2, x)
""",
    "freed": """
x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
y = torch.exp(x)
torch.autograd.grad(y, x)
result = torch.autograd.grad(y, x)
""",
    "unused": """
x = torch.tensor(1.0, requires_grad=True)
y = torch.tensor(1.0, requires_grad=True)
result = torch.autograd.grad(x*2, (x, y))
""",
    "no_grad": """
x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
with torch.no_grad():
    y = x*2
result = y, y.requires_grad, (x*2).detach(), torch.is_tensor(y)
""",
    "physics": """
t = torch.linspace(0, 1, 4, dtype=torch.float64).reshape(-1, 1).requires_grad_()
W = torch.arange(1, 4, dtype=torch.float64).reshape(1, 3)/3
u = torch.tanh(t @ W).sum(dim=1, keepdim=True)
du, = torch.autograd.grad(u, t, torch.ones_like(u), create_graph=True)
d2u, = torch.autograd.grad(du, t, torch.ones_like(du), create_graph=True)
result = torch.mean((d2u + u)**2), d2u
""",
    "cube by backward": """
x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
y = x**3
first = torch.autograd.grad(y, x, create_graph=True)[0]
flags = first.requires_grad, first.is_leaf, first.grad_fn is not None, tuple(first.shape)
first.backward()
result = (y, first, x.grad, x.grad.requires_grad, x.is_leaf, x.grad_fn is None, *flags[:3])
""",
    "names of the nodes": """
x = torch.tensor([2.0, 3.0], dtype=torch.float64, requires_grad=True)
(g,) = torch.autograd.grad((x**3).sum(), x, create_graph=True)
(h,) = torch.autograd.grad(g.sum(), x, create_graph=True)
(last,) = torch.autograd.grad(h.sum(), x)
made = [x**3, x + 1, 1 - x, x*2, x/2, -x, torch.sin(x), torch.exp(x), x.sum(),
        torch.tanh(x), torch.where(x > 0, x, 0.0), torch.stack([x, x]), torch.cat([x, x]), x[0],
        x[1:], x.reshape(2, 1), abs(x), torch.log(x),
        torch.sqrt(x), torch.relu(x), torch.sigmoid(x), x.clone(), torch.outer(x, x), g]
names = '''Pow0 Add0 Rsub1 Mul0 Div0 Neg0 Sin0 Exp0 Sum0 Tanh0 Where0 Stack0 Cat0 Select0
        Slice0 View0 Abs0 Log0 Sqrt0 Relu0 Sigmoid0 Clone0 Mul0 Mul0'''.split()
agree = [t.grad_fn.name() == n[:-1] + 'Backward' + n[-1] for t, n in zip(made, names)]
result = g, h, last, last.grad_fn is None, h.grad_fn is None, x.grad_fn is None, *agree
""",
    "hvp with a vector": """
w1 = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
w2 = torch.tensor(torch.pi/2, dtype=torch.float64, requires_grad=True)
f = w1**2*torch.sin(w2)
v = torch.tensor([0.5, 1.0], dtype=torch.float64)
grads = torch.autograd.grad(f, [w1, w2], create_graph=True)
flags = [g.requires_grad for g in grads] + [g.is_leaf for g in grads]
dot = grads[0]*v[0] + grads[1]*v[1]
products = torch.autograd.grad(dot, [w1, w2], retain_graph=True)
again = torch.autograd.grad(grads, [w1, w2], grad_outputs=[v[0], v[1]])
result = f, grads, flags, dot, products, again, [g.requires_grad for g in products]
""",
    "hvp of one vector": """
w = torch.tensor([1.0, torch.pi/2], dtype=torch.float64, requires_grad=True)
f = w[0]**2*torch.sin(w[1])
(g,) = torch.autograd.grad(f, w, create_graph=True)
(hv,) = torch.autograd.grad(g, w, grad_outputs=torch.tensor([0.5, 1.0], dtype=torch.float64))
result = f, g, hv, hv.requires_grad
""",
    "accumulation": """
x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
y = (x**3).sum()
y.backward(retain_graph=True)
once = x.grad.clone()
y.backward()
twice = x.grad.clone()
x.grad = None
(x**2).sum().backward(create_graph=True)
result = once, twice, x.grad, x.grad.requires_grad
""",
    "hooks": """
x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
h = x**2
h.retain_grad()
handle = x.register_hook(lambda g: g*10)
(h**2).sum().backward()
handle.remove()
first, x.grad = x.grad, None
(x**4).sum().backward()
result = first, h.grad, x.grad
""",
    "as_tensor keeps the graph": """
x = torch.tensor([1.0, 2.0], requires_grad=True)
g = torch.func.grad(lambda x: (torch.as_tensor(x)**2).sum() + x.sum())(torch.tensor([1.0, 2.0]))
result = torch.as_tensor(x).requires_grad, torch.asarray(x).requires_grad, g
""",
    "one hook twice": """
x = torch.tensor([1.0, 2.0], requires_grad=True)
double = lambda g: g*2
first, second = x.register_hook(double), x.register_hook(double)
x.sum().backward()
once, x.grad = x.grad, None
first.remove()
x.sum().backward()
result = once, x.grad
""",
    "only_inputs": """
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = (x**3).sum()
result = torch.autograd.grad(outputs=y, inputs=x, grad_outputs=torch.ones_like(y),
                             create_graph=True, retain_graph=True, only_inputs=True)
""",
    "whole numbers have no gradient": """
result = torch.tensor([1, 2]).long().requires_grad_()
""",
    "a tensor of many is neither true nor false": """
result = bool(torch.ones(2))
""",
    "masks in single precision": """
x = torch.tensor([1.0, -2.0], dtype=torch.float32)
y = (x > 0)*x
result = y, y.dtype == torch.float32
""",
    "parts along the second axis of a large array": """
x = torch.linspace(-1, 1, 40000).reshape(200, 200).requires_grad_()
u = torch.sin(x)
a, b = torch.chunk(u, 2, 1)
f = (u[:, 1:] - u[:, :-1])**2
gate = (a*torch.sigmoid(b)).sum() + (torch.roll(u, 1, 1).exp()*x).sum()
g, = torch.autograd.grad(f.sum() + gate + (u[1:, :3]**2*u[:-1, 197:]).sum(), x, create_graph=True)
h, = torch.autograd.grad((g**2).sum(), x)
result = f.sum(), gate, g.sum(), g[3, 150:155], g[199, :4], h[100, 95:105]
""",
    "a product looked at before backward": """
X = torch.ones(40000, 2)
w = torch.ones(2, 1, requires_grad=True)
z = X @ w
z.detach().sum().item()
(z**2).mean().backward()
result = (z - 1).abs().mean(), w.grad
""",
    "vmap": """
w = torch.tensor([[0.5, -1.0], [2.0, 0.25], [-0.5, 1.5]])
x = torch.tensor([[1.0, 2.0, 3.0], [-1.0, 0.5, 2.0], [0.0, 1.0, -2.0], [0.3, 0.2, 0.1]])
y = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
loss = lambda w, x, y: ((torch.tanh(x @ w) - y)**2).sum()
each = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))(w, x, y)
square = torch.func.vmap(torch.func.hessian(loss), in_dims=(None, 0, 0))(w, x, y)
outer = torch.vmap(torch.vmap(lambda a, b: a*b, (0, None)), (None, 0), 1)(x[0], x[1])
turned = torch.func.vmap(lambda a: a.sum(0), in_dims=1, out_dims=-1)(x)
of_all = torch.func.grad(lambda w: torch.vmap(loss, (None, 0, 0))(w, x, y).sum())(w)
result = each, square, outer, turned, of_all
""",
    "parameters in a dict": """
p = {"w": torch.tensor([[0.5, -1.0], [2.0, 0.25]]), "b": [torch.tensor([0.1, 0.2])]}
x = torch.tensor([[1.0, 2.0], [-1.0, 0.5], [0.0, 1.0]])
y = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
loss = lambda p, x, y: ((torch.tanh(x @ p["w"] + p["b"][0]) - y)**2).sum()
g = torch.func.grad(loss)(p, x, y)
H = torch.func.hessian(loss)(p, x, y)
J = torch.func.jacrev(lambda p: torch.tanh(x @ p["w"] + p["b"][0]).sum(0))(p)
each = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))(p, x, y)
both = lambda a: {"s": a["x"].sum(), "t": (a["x"]*a["y"], a["y"])}
pair = torch.func.vmap(both)({"x": x, "y": y})
result = (g["w"], g["b"][0], H["w"]["b"][0], H["b"][0]["w"], J["w"], J["b"][0], each["w"],
          each["b"][0], pair["s"], pair["t"][0], pair["t"][1])
""",
    "jacobians of several outputs": """
f = lambda x, s: (x*s, {"sum": x.sum()**2})
x, s = torch.tensor([1.0, 2.0, 3.0]), torch.tensor(0.5)
J = torch.func.jacrev(f, argnums=(0, 1))(x, s)
K = torch.autograd.functional.jacobian(lambda x, s: (x*s, x.sum()**2), (x, s))
result = J[0][0], J[0][1], J[1]["sum"][0], J[1]["sum"][1], K[0][0], K[0][1], K[1][0], K[1][1]
""",
    "has_aux": """
def f(x, power=2):
    y = x**power
    return y.sum(), {"y": y}
x = torch.tensor([1.0, 2.0])
g, aux = torch.func.grad(f, has_aux=True)(x, power=3)
h, (value, more) = torch.func.grad_and_value(f, has_aux=True)(x)
k, v = torch.func.grad_and_value(lambda x: f(x)[0])(x)
result = g, aux["y"], h, value, more["y"], k, v, aux["y"].requires_grad
""",
    "a leaf is copied and pickled": """
import copy, pickle
x = torch.tensor([1.0, 2.0], requires_grad=True)
for y in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
    (y**2).sum().backward()
    assert x.grad is None and y.is_leaf
    result = y, y.grad
""",
    "what is no leaf is not copied": """
import copy
x = torch.tensor([1.0, 2.0], requires_grad=True)
result = copy.deepcopy(x*2)
""",
    "jacobians": """
f = lambda x, s: torch.stack([x.prod()*s, (x**2).sum(), torch.sin(x[0]*x[2]) + s])
x, s = torch.tensor([1.0, 2.0, 3.0]), torch.tensor(0.5)
J = torch.func.jacrev(f)(x, s)
F = torch.func.jacfwd(f, argnums=(0, 1))(x, s)
tall = torch.func.jacrev(lambda s: torch.outer(x*s, x)**2)(s)
H = torch.func.hessian(lambda x, s: f(x, s)[0]**2, argnums=(0, 1))(x, s)
third = torch.func.jacfwd(torch.func.hessian(lambda x: x.prod()**2))(x)
result = J, F, tall, H[0][0], H[0][1], H[1][0], H[1][1], third
""",
    "batched gradients": """
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
s = torch.tensor(0.5, requires_grad=True)
y, z = torch.sin(x)*s, x.sum(0)
v = torch.tensor([[[1.0, 0.0], [0.0, 0.0]], [[0.0, 2.0], [3.0, 0.0]], [[1.0, 1.0], [1.0, 1.0]]])
u = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 3.0]])
g = torch.autograd.grad([y, z], [x, s], [v, u], is_grads_batched=True, create_graph=True)
h = torch.autograd.grad((g[0]**2).sum() + g[1].sum(), x)
result = g, h
""",
    "materialized": """
x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
z = torch.tensor([[3.0]], dtype=torch.float64, requires_grad=True)
y = (x**2).sum()
zeros = torch.autograd.grad(y, (x, z), retain_graph=True, materialize_grads=True)
none = torch.autograd.grad(y, (x, z), allow_unused=True)
result = zeros, none[0], none[1] is None
""",
    "linear graph twice": """
x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
y = (x + x).sum()
result = torch.autograd.grad(y, x), torch.autograd.grad(y, x)
""",
    "kept part of a freed graph": """
x = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
h = torch.sin(x)
torch.autograd.grad(h**2, x)
result = torch.autograd.grad(torch.exp(h), x)
""",
    "freed by backward": """
x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
y = (x**2).sum()
y.backward()
y.backward()
""",
    "grad of a detached gradient": """
x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
(g,) = torch.autograd.grad(x**3, x)
result = torch.autograd.grad(g, x)
""",
    "grad in a tensor that tracks nothing": """
x = torch.tensor(2.0, dtype=torch.float64)
z = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
result = torch.autograd.grad(x*z, x)
""",
    "unused beside used": """
x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
y = (x*2).detach().requires_grad_()
result = torch.autograd.grad(y**2, [x, y])
""",
    "no grad_outputs": """
x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
(x**2).backward()
""",
    "wrong grad_outputs": """
x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
result = torch.autograd.grad(x**2, x, grad_outputs=torch.ones(3, dtype=torch.float64))
""",
    "too few grad_outputs": """
x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
v = torch.ones(2, dtype=torch.float64)
result = torch.autograd.grad([x**2, x**3], x, grad_outputs=[v])
""",
    "scalar grad_outputs of a vector": """
x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
result = torch.autograd.grad(x**2, x, grad_outputs=torch.tensor(1.0, dtype=torch.float64))
""",
    "no inputs": """
x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
result = torch.autograd.grad((x**2).sum(), [])
""",
    "materialize without allowing": """
x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
y = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
result = torch.autograd.grad(x*2, [x, y], allow_unused=False, materialize_grads=True)
""",
    "flags inside a graph": """
x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
(x*2).requires_grad_(False)
""",
    "numpy of a tracked tensor": """
x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
result = (x*2).numpy()
""",
    "grad under no_grad": """
x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
with torch.no_grad():
    y = (x**2).sum()
result = torch.autograd.grad(y, x)
""",
    "create_graph under no_grad": """
x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
y = (x**3).sum()
with torch.no_grad():
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    with torch.enable_grad():
        z = (x**2).sum()
result = g, g.requires_grad, z.requires_grad
""",
    "gradient of a constant slope": """
x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
(g,) = torch.autograd.grad((x*x).sum(), x, create_graph=True)
(h,) = torch.autograd.grad(g.sum(), x, create_graph=True)
result = g, h.detach()
""",
}
PROGRAMS |= {
    f"contract: {line}": CONTRACT_NAMES + line.replace(" ; ", "\n")
    for line in CONTRACT
    if not line.startswith("#")
}


def lines() -> Iterator[str]:
    """The expressions with their inputs, without the comments."""
    return (line for line in EXPRESSIONS if not line.startswith("#"))


def _seed(text: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(text.encode()))


def _input(rng: np.random.Generator, shape: tuple[int, ...], kind: str) -> Any:
    x = rng.normal(size=shape)
    if kind == "above":
        return np.asarray(np.abs(x) + 0.5)
    if kind == "unit":
        return np.asarray(np.tanh(x) * 0.9)
    if kind == "zeros":
        x.flat[1:3] = 0
    elif kind == "ties":
        x = np.round(x)
    elif kind == "regular":
        x = x + 3 * np.eye(shape[-1])
    elif kind == "positive":
        x = x @ np.swapaxes(x, -1, -2) + np.eye(shape[-1])
    return np.asarray(x)


def _inputs(line: str) -> tuple[str, dict[str, Any]]:
    expression, *specs = (part.strip() for part in line.split(" ; "))
    rng = _seed(line)
    inputs = {}
    for spec in specs:
        name, _, rest = spec.partition("=")
        size, _, kind = rest.partition(" ")
        shape = () if size == "-" else tuple(int(n) for n in size.split("x"))
        inputs[name] = _input(rng, shape, kind)
    return expression, inputs


def _flat(result: Any) -> list[Any]:
    if isinstance(result, (tuple, list)):
        return [v for item in result for v in _flat(item)]
    return [result]


def _described(x: Any) -> dict[str, Any]:
    if not hasattr(x, "detach"):
        return {"value": x}
    value = np.asarray(x.detach().numpy())
    return {
        "value": value.tolist(),
        "shape": list(value.shape),
        "kind": value.dtype.kind,
        "requires_grad": x.requires_grad,
    }


def _gradients(torch: Any, rng: np.random.Generator, ys: list[Any], xs: list[Any]) -> list[Any]:
    """The gradients in xs of a weighted sum of the ys that require one."""
    ys = [y for y in ys if getattr(y, "requires_grad", False)]
    if not ys:
        return []
    total = sum((y * torch.tensor(rng.normal(size=tuple(y.shape)))).sum() for y in ys)
    return list(torch.autograd.grad(total, xs, create_graph=True, materialize_grads=True))


def run(torch: Any, line: str) -> dict[str, Any]:
    """What a line of EXPRESSIONS gives with a module: results, derivatives, what it raises."""
    expression, arrays = _inputs(line)
    rng = _seed(expression)
    inputs = {
        k: torch.tensor(a, dtype=torch.float64, requires_grad=True) for k, a in arrays.items()
    }
    try:
        results = _flat(eval(expression, {"torch": torch, **inputs}))
        described = [_described(y) for y in results]
    except Exception as error:
        return {"raises": error}
    xs = list(inputs.values())
    first = _gradients(torch, rng, results, xs)
    second = _gradients(torch, rng, first, xs)
    return {
        "results": described,
        "first": [(g.detach() + 0).tolist() for g in first],
        "second": [(g.detach() + 0).tolist() for g in second],
    }


def run_program(torch: Any, text: str) -> dict[str, Any]:
    """What a program leaves in `result`, or what it raises."""
    names: dict[str, Any] = {"torch": torch, "np": np}
    try:
        exec(text, names)
        return {"results": [_described(y) for y in _flat(names["result"])]}
    except Exception as error:
        return {"raises": error}
